"""Collections in the admin, with their members and pictures."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.widgets import ForeignKeyRawIdWidget
from django.core.exceptions import ValidationError
from django.db.models import Field, ForeignKey, QuerySet
from django.forms import BaseModelFormSet, ModelForm
from django.forms import Field as FormField
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.admin.base import LibraryAdmin, errors_as_messages, options_of
from gallery.browsing import newly_public_count, with_counts
from gallery.exceptions import LibraryProblem, NotAllowed
from gallery.library.access import check_may_act_for, check_may_give_away
from gallery.library.collections import (
    clean_name,
    create_collection,
    delete_collection,
    update_collection,
)
from gallery.library.members import remove_member, set_role
from gallery.library.ownership import hand_over_collection
from gallery.models import Collection, Image, Membership, User
from gallery.models.people import Viewer


class MembershipInline(admin.TabularInline[Membership, Collection]):
    """The members of the collection and their roles."""

    model = Membership
    extra = 1
    autocomplete_fields = ("person",)

    def formfield_for_dbfield(
        self, db_field: Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> FormField | None:
        """Label each field, because the cells of a table have no labels."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs["aria-label"] = capfirst(db_field.verbose_name)
        return field


class CoverWidget(ForeignKeyRawIdWidget):
    """Django's widget, without its leak: it would show the title of any picture whose key is
    sent."""

    user: Viewer = None

    def label_and_url_for_value(self, value: Any) -> tuple[str, str]:
        """Return empty strings for a picture that the person may not edit."""
        label, url = super().label_and_url_for_value(value)
        may_know = label and Image.objects.editable_by(self.user).filter(pk=value).exists()
        return (label, url) if may_know else ("", "")


class CollectionAdminForm(ModelForm[Collection]):
    """The settings of a collection, validated by the rules of the domain."""

    # The person filling in the form; the admin sets it on the form class that it makes per request.
    user: Viewer = None

    def clean_name(self) -> str:
        """Return the name as the library stores it."""
        try:
            return clean_name(self.cleaned_data["name"])
        except LibraryProblem as error:
            raise ValidationError(error.sentence) from error

    def clean_owner(self) -> User:
        """Require an owner who can sign in: a collection that nobody can open is lost. The domain
        decides whether this person may choose another owner."""
        owner: User = self.cleaned_data["owner"]
        if not owner.is_active:
            raise ValidationError(_("Choose someone who can sign in."))
        try:
            if self.instance.pk is None:
                check_may_act_for(owner, by=self.user)
            elif owner.pk != self.instance.owner_id:
                check_may_give_away(self.instance, by=self.user)
        except NotAllowed as error:
            raise ValidationError(error.sentence) from error
        return owner

    def clean_cover(self) -> Image | None:
        """Require a picture of this collection that is not in the trash, or none."""
        cover: Image | None = self.cleaned_data["cover"]
        if cover is not None and (cover.collection_id != self.instance.pk or cover.is_trashed):
            raise ValidationError(
                _("Choose a picture of this collection that is not in the trash.")
            )
        return cover


@admin.register(Collection)
class CollectionAdmin(LibraryAdmin[Collection]):
    """The list of collections and the page of one collection."""

    form = CollectionAdminForm
    list_display = ("name", "visibility", "pictures", "owner", "created_at")
    list_filter = ("visibility", ("owner", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("owner",)
    search_fields = ("name", "slug", "description", "owner__username")
    date_hierarchy = "created_at"
    fields = ("name", "description", "owner", "visibility", "cover", "slug", "pictures")
    # The slug stays when the name changes, because people have shared the URL.
    readonly_fields = ("slug", "pictures")
    autocomplete_fields = ("owner",)
    raw_id_fields = ("cover",)
    inlines = (MembershipInline,)
    actions = None

    def get_queryset(self, request: HttpRequest) -> QuerySet[Collection]:
        """Return the collections that this person manages, with the number of pictures in each."""
        return with_counts(Collection.objects.managed_by(request.user))

    def get_form(
        self,
        request: HttpRequest,
        obj: Collection | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> type[ModelForm[Collection]]:
        """Build a form that cannot edit or delete people and shows only titles the person may
        see."""
        form = cast("type[CollectionAdminForm]", super().get_form(request, obj, change, **kwargs))
        form.user = request.user
        # People with view permission only get a form without these fields.
        if "owner" in form.base_fields:
            widget = form.base_fields["owner"].widget
            for link in ("can_add_related", "can_change_related", "can_delete_related"):
                setattr(widget, link, False)
        if "cover" in form.base_fields:
            cast(CoverWidget, form.base_fields["cover"].widget).user = request.user
        return form

    def formfield_for_foreignkey(
        self, db_field: ForeignKey[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Use the key for the cover instead of a list of all pictures."""
        if db_field.name == "cover":
            kwargs["widget"] = CoverWidget(db_field.remote_field, self.admin_site)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Make the person who creates a collection its owner by default."""
        return {"owner": request.user.pk, **super().get_changeform_initial_data(request)}

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of one. Publishing pictures takes a second step, as on the site's own page."""
        found = self.get_object(request, object_id) if object_id else None
        if found is not None and request.method == "POST":
            count = self._count_to_confirm(request, found)
            if count:
                return self._confirm_publishing(request, found, count=count)
        return super().changeform_view(request, object_id, form_url, extra_context)

    def _count_to_confirm(self, request: HttpRequest, found: Collection) -> int:
        """How many pictures the form would publish, unless this number was confirmed."""
        if not self.has_change_permission(request, found):
            return 0
        count = newly_public_count(found, visibility=request.POST.get("visibility", ""))
        if request.POST.get("publish") == str(count):
            return 0
        # A form with errors is shown again first. Validation writes into the row that it is given.
        form = self.get_form(request, found, change=True)
        is_valid = form(request.POST, instance=Collection.objects.get(pk=found.pk)).is_valid()
        return count if is_valid else 0

    def _confirm_publishing(
        self, request: HttpRequest, found: Collection, *, count: int
    ) -> HttpResponse:
        """Say how many pictures anyone will see, and carry the whole form to the second step."""
        fields = [
            (name, value)
            for name, values in request.POST.lists()
            if name not in {"csrfmiddlewaretoken", "publish"}
            for value in values
        ]
        context = {
            **self.admin_site.each_context(request),
            **options_of(self),
            "title": _("Make %(name)s public?") % {"name": found.name},
            "collection": found,
            "count": count,
            "fields": [*fields, ("publish", str(count))],
        }
        return TemplateResponse(request, "admin/gallery/collection/publish.html", context)

    def save_model(
        self, request: HttpRequest, obj: Collection, form: CollectionAdminForm, change: bool
    ) -> None:
        """Create the collection, or change its settings and, if requested, its owner."""
        given = {name: form.cleaned_data[name] for name in ("name", "description", "visibility")}
        if not change:
            made = create_collection(form.cleaned_data["owner"], by=request.user, **given)
            obj.pk, obj.slug = made.pk, made.slug
            obj._state.adding = False
            return
        # Load the stored row: the form has already written the new owner into `obj`.
        stored = Collection.objects.get(pk=obj.pk)
        update_collection(stored, by=request.user, cover=form.cleaned_data["cover"], **given)
        if "owner" in form.changed_data:
            hand_over_collection(stored, to=form.cleaned_data["owner"], by=request.user)

    def save_formset(
        self,
        request: HttpRequest,
        form: Any,
        formset: BaseModelFormSet[Membership, Any],
        change: bool,
    ) -> None:
        """Give, change and remove roles by the rules of the domain."""
        roles = formset.save(commit=False)
        collection = Collection.objects.get(pk=form.instance.pk)
        ended = {one.pk for one in formset.deleted_objects}
        # The row now names another person, so the first person's membership ends.
        ended |= {one.pk for one, fields in formset.changed_objects if "person" in fields}
        with errors_as_messages(request):
            for pk in ended:
                remove_member(collection, membership_id=pk, by=request.user)
            for one in roles:
                set_role(collection, person=one.person, role=one.role, by=request.user)

    def delete_model(self, request: HttpRequest, obj: Collection) -> None:
        """Delete the collection if it is empty."""
        with errors_as_messages(request):
            delete_collection(obj, by=request.user)

    @admin.display(description=gettext_lazy("Pictures"), ordering="picture_count")
    def pictures(self, collection: Collection) -> SafeString | str:
        """Return the number of pictures, linked to their list."""
        if collection.pk is None:
            return "–"
        return format_html(
            '<a href="{}?collection__id__exact={}">{}</a>',
            reverse("admin:gallery_image_changelist"),
            collection.pk,
            getattr(collection, "picture_count", 0),
        )
