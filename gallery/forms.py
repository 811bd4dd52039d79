"""The forms of the pages: their fields, labels and validation. The domain packages act on the valid
data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery.exceptions import SemblanceError
from gallery.models import Collection, Image, Role, Visibility

# Number of pictures offered as a cover, the newest ones.
COVER_CHOICES = 11


def add_problem(problem: SemblanceError, *, to: Sequence[forms.BaseForm]) -> None:
    """Show an error of a domain function beside the field it is about.

    Reasons begin with the name of the field (`name_missing`, `cover_elsewhere`). If no form has
    that field, the error appears above the first form.
    """
    about = problem.reason.partition("_")[0]
    for form in to:
        if about in form.fields:
            form.add_error(about, problem.sentence)
            return
    to[0].add_error(None, problem.sentence)


class CollectionChoice(forms.ModelChoiceField[Collection]):
    """A choice of collections that shows who can see each one."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the label of the option."""
        template = gettext("%(name)s (public)") if obj.is_public else gettext("%(name)s (private)")
        return template % {"name": obj.name}


class UploadForm(forms.Form):
    """Where uploads go: an existing collection or a new one."""

    collection = CollectionChoice(
        queryset=Collection.objects.none(),
        to_field_name="slug",
        required=False,
        empty_label=_("A new collection…"),
        widget=forms.Select(attrs={"class": "input", "data-upload-collection": ""}),
    )
    new_collection = forms.CharField(
        label=_("New collection’s name"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )
    visibility = forms.ChoiceField(
        label=_("Visibility of the new collection"),
        # Short enough for a select; the page explains them below it.
        choices=[(Visibility.PRIVATE, _("Private")), (Visibility.PUBLIC, _("Public"))],
        initial=Visibility.PRIVATE,
        required=False,
        widget=forms.Select(attrs={"class": "input", "aria-describedby": "visibility-hint"}),
    )

    def __init__(self, *args: Any, collections: QuerySet[Collection], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Collection]", self.fields["collection"]).queryset = collections
        self.has_collections = collections.exists()

    def clean(self) -> dict[str, Any]:
        """Require one of the two; the name of a new collection takes precedence."""
        cleaned = super().clean() or {}
        if not cleaned.get("collection") and not (cleaned.get("new_collection") or "").strip():
            self.add_error(
                "new_collection", gettext("Choose a collection, or enter a name for a new one.")
            )
        return cleaned


class CollectionForm(forms.ModelForm[Collection]):
    """The settings of a collection that its managers change."""

    class Meta:
        model = Collection
        fields = ("name", "description", "visibility")
        widgets = {  # noqa: RUF012
            "description": forms.Textarea(attrs={"rows": 3}),
            "visibility": forms.RadioSelect,
        }
        help_texts = {  # noqa: RUF012
            "description": _("Shown above the pictures."),
        }


class CoverForm(forms.Form):
    """The picture on a collection's card."""

    cover = forms.ModelChoiceField(
        queryset=Image.objects.none(),
        required=False,
        empty_label=_("The newest picture"),
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, images: QuerySet[Image], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelChoiceField[Image]", self.fields["cover"]).queryset = images


class MemberForm(forms.Form):
    """A person, by user name, and their role."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.VIEWER)
