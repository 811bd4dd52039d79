"""Pictures in the admin, with filters, search, and actions on exactly what is selected."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.admin import sentences
from gallery.admin.base import (
    PAGE_THUMBNAIL_PX,
    LibraryAdmin,
    errors_as_messages,
    thumbnail,
)
from gallery.admin.confirmation import Confirmation, ConfirmForm, Selection, confirmation_page
from gallery.admin.list_filters import (
    PlaceFilter,
    SearchableFilter,
    failed_for_good,
)
from gallery.embedding.again import embed_again
from gallery.embedding.queue import retry_jobs
from gallery.exceptions import LibraryProblem
from gallery.hints import hint_workers
from gallery.library.editing import edit_image
from gallery.library.moving import move_images
from gallery.library.trash import purge_images, restore_images, trash_images
from gallery.library.words import clean_tags
from gallery.models import Collection, EmbeddingJob, Image
from gallery.vectors import has_active_vector

EDITABLE = ("title", "caption", "tags")
PLACE = ("collection", "owner", "searchable", "created_at", "deleted_at")
FILE = ("original_name", "media_type", "size", "sha256", "taken_at", "camera", "exif")


class MoveForm(ConfirmForm):
    """Chooses the collection to move the selected pictures to."""

    collection = forms.ModelChoiceField(
        queryset=Collection.objects.none(), label=gettext_lazy("Move to")
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast("forms.ModelChoiceField[Collection]", self.fields["collection"])
        field.queryset = Collection.objects.open_to_uploads_by(request.user)


class ImageForm(ModelForm[Image]):
    """The title, caption and tags of a picture, validated by the rules of the domain."""

    def clean_tags(self) -> list[str]:
        """Return the tags as the library stores them."""
        try:
            return clean_tags(self.cleaned_data["tags"])
        except LibraryProblem as error:
            raise forms.ValidationError(error.sentence) from error


@admin.register(Image)
class ImageAdmin(LibraryAdmin[Image]):
    """The list of pictures and the page of one picture."""

    form = ImageForm
    list_display = ("picture", "name", "collection", "searchable", "size", "owner", "created_at")
    list_display_links = ("picture", "name")
    list_select_related = ("collection", "owner")
    list_filter = (
        ("collection", admin.RelatedOnlyFieldListFilter),
        PlaceFilter,
        SearchableFilter,
        "media_type",
    )
    search_fields = ("title", "caption", "original_name", "tags", "sha256")
    search_help_text = gettext_lazy(
        "Search titles, captions, tags, file names and SHA-256 checksums."
    )
    date_hierarchy = "created_at"
    actions = (
        "move_selected",
        "retry_selected",
        "embed_selected_again",
        "trash_selected",
        "restore_selected",
        "delete_selected_forever",
    )
    readonly_fields = ("large_picture", *PLACE, *FILE)
    fieldsets: ClassVar = (
        (None, {"fields": ("large_picture", *EDITABLE)}),
        (gettext_lazy("Location"), {"fields": PLACE}),
        (gettext_lazy("File"), {"fields": FILE}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Image]:
        """Return the pictures that this person may edit, in the trash or not, with their search
        status."""
        return (
            Image.objects.editable_by(request.user)
            .newest_first()
            .annotate(is_searchable=has_active_vector(), has_failed=failed_for_good())
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: pictures are added on the upload page, which checks them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Image | None = None) -> bool:
        """Return False: Django's own delete ignores files and the trash, so we have our own
        action."""
        return False

    def view_on_site(self, obj: Image) -> str | None:
        """Return the URL of the picture's page; pictures in the trash have none."""
        return None if obj.is_trashed else obj.get_absolute_url()

    def save_model(
        self,
        request: HttpRequest,
        obj: Image,
        form: ModelForm[Image],
        change: bool,
    ) -> None:
        """Save the text fields of the form and nothing else."""
        words = {name: form.cleaned_data[name] for name in EDITABLE}
        edit_image(obj, by=request.user, **words)

    @admin.display(description=gettext_lazy("Picture"))
    def picture(self, image: Image) -> SafeString:
        """Its thumbnail."""
        return thumbnail(image)

    @admin.display(description=gettext_lazy("Picture"))
    def large_picture(self, image: Image) -> SafeString:
        """Render a larger thumbnail for the picture's own page."""
        return thumbnail(image, side_px=PAGE_THUMBNAIL_PX)

    @admin.display(description=gettext_lazy("Title"), ordering="title")
    def name(self, image: Image) -> SafeString:
        """Return the title with the file name below it."""
        return format_html(
            '{}<br><span class="quiet">{}</span>', image.display_title, image.original_name
        )

    @admin.display(description=gettext_lazy("Search"), ordering="is_searchable")
    def searchable(self, image: Image) -> str:
        """Return the picture's search status."""
        if image.is_trashed:
            return _("In the trash")
        if getattr(image, "has_failed", False):
            return _("Failed")
        return _("Searchable") if getattr(image, "is_searchable", False) else _("Waiting")

    @admin.display(description=gettext_lazy("Size"), ordering="size_bytes")
    def size(self, image: Image) -> str:
        """Return the dimensions and the file size."""
        return f"{image.width} × {image.height}, {filesizeformat(image.size_bytes)}"

    @admin.action(description=gettext_lazy("Move to another collection…"), permissions=["change"])
    def move_selected(self, request: HttpRequest, queryset: QuerySet[Image]) -> HttpResponse | None:
        """Ask for a collection, then move the pictures."""
        selection = Selection.of(queryset, request=request)
        form = MoveForm(
            request.POST if "confirmed" in request.POST else None,
            selection=selection,
            request=request,
        )
        if form.is_valid():
            target = form.cleaned_data["collection"]
            with errors_as_messages(request):
                moved = move_images(selection.images(), to=target, by=request.user)
                sentence = sentences.changed(moved, selected=len(selection.ids), target=target.name)
                self._report(request, sentence, done=len(moved.ids))
            return None
        title = sentences.move_question(len(selection.ids))
        question = Confirmation(
            title=title,
            sentence=_(
                "Whoever can see the collection you choose will be able to see these pictures."
            ),
            button=title,
            action="move_selected",
        )
        return confirmation_page(
            self, request=request, selection=selection, form=form, question=question
        )

    @admin.action(description=gettext_lazy("Retry failed embedding"), permissions=["change"])
    def retry_selected(self, request: HttpRequest, queryset: QuerySet[Image]) -> None:
        """Give failed pictures three more attempts."""
        selection = Selection.of(queryset, request=request)
        retried = retry_jobs(EmbeddingJob.objects.filter(image__in=selection.images()))
        hint_workers()
        self.message_user(request, sentences.retried(retried))

    @admin.action(description=gettext_lazy("Embed again"), permissions=["change"])
    def embed_selected_again(self, request: HttpRequest, queryset: QuerySet[Image]) -> None:
        """Make new vectors; the old ones answer searches until then."""
        selection = Selection.of(queryset, request=request)
        queued = embed_again(selection.images())
        hint_workers()
        sentence = sentences.queued_again(queued, selected=len(selection.ids))
        self._report(request, sentence, done=queued)

    @admin.action(description=gettext_lazy("Move to the trash"), permissions=["change"])
    def trash_selected(self, request: HttpRequest, queryset: QuerySet[Image]) -> None:
        """Move the pictures to the trash, from which they can be restored."""
        selection = Selection.of(queryset, request=request)
        with errors_as_messages(request):
            trashed = trash_images(selection.images(), by=request.user)
            sentence = sentences.changed(trashed, selected=len(selection.ids))
            self._report(request, sentence, done=len(trashed.ids))

    @admin.action(description=gettext_lazy("Restore from the trash"), permissions=["change"])
    def restore_selected(self, request: HttpRequest, queryset: QuerySet[Image]) -> None:
        """Put the pictures back into their collections."""
        selection = Selection.of(queryset, request=request)
        with errors_as_messages(request):
            restored = restore_images(selection.images(), by=request.user)
            hint_workers()
            sentence = sentences.changed(restored, selected=len(selection.ids))
            self._report(request, sentence, done=len(restored.ids))

    @admin.action(
        description=gettext_lazy("Delete permanently from the trash…"), permissions=["destroy"]
    )
    def delete_selected_forever(
        self, request: HttpRequest, queryset: QuerySet[Image]
    ) -> HttpResponse | None:
        """Ask for confirmation, then delete those pictures that are in the trash."""
        selection = Selection.of(queryset.filter(deleted_at__isnull=False), request=request)
        if not selection.ids:
            self.message_user(
                request,
                _("None of these pictures is in the trash. Move them there first."),
                messages.WARNING,
            )
            return None
        form = ConfirmForm(
            request.POST if "confirmed" in request.POST else None, selection=selection
        )
        if form.is_valid():
            with errors_as_messages(request):
                deleted = purge_images(selection.images(), by=request.user)
                sentence = sentences.deleted(deleted, selected=len(selection.ids))
                self._report(request, sentence, done=deleted)
            return None
        title = sentences.delete_question(len(selection.ids))
        question = Confirmation(
            title=title,
            sentence=_("This also deletes their files and can’t be undone."),
            button=title,
            action="delete_selected_forever",
        )
        return confirmation_page(
            self, request=request, selection=selection, form=form, question=question
        )

    def has_destroy_permission(self, request: HttpRequest) -> bool:
        """Return whether the person may delete permanently, which needs the delete permission."""
        return request.user.has_perm("gallery.delete_image")

    def _report(self, request: HttpRequest, sentence: str, *, done: int) -> None:
        self.message_user(request, sentence, messages.SUCCESS if done else messages.WARNING)
