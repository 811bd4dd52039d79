"""The page between choosing an action and running it. The action affects exactly what the page
showed.

“Select all 12,000” is sent as one flag, not as 12,000 form fields, so confirming the page runs the
query again. A fingerprint of the keys shows whether it still finds the same rows.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, Self

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from gallery.admin.base import LibraryAdmin, options_of
from gallery.models import Image
from gallery.models.image import ImageQuerySet

# Number of pictures shown on the page, so that people can check their selection at a glance.
PREVIEWS = 12


@dataclass(frozen=True, kw_only=True)
class Selection:
    """The pictures an action is about, identified by their keys."""

    ids: tuple[int, ...]
    everything: bool

    @classmethod
    def of(cls, queryset: QuerySet[Image], *, request: HttpRequest) -> Self:
        """Return what the list's query and the ticked boxes select."""
        ids = tuple(queryset.order_by("pk").values_list("pk", flat=True))
        return cls(ids=ids, everything=request.POST.get("select_across") == "1")

    @property
    def fingerprint(self) -> str:
        """Return a hash that changes as soon as one picture joins or leaves the selection."""
        return hashlib.sha256(",".join(map(str, self.ids)).encode()).hexdigest()

    @property
    def posted_ids(self) -> tuple[int, ...]:
        """Return the keys to put in the form: all of them, or just one when a flag stands for all
        matches."""
        return self.ids[:1] if self.everything else self.ids

    def images(self) -> ImageQuerySet:
        """Return the pictures by key alone, so that later changes to what the list finds do not
        matter."""
        return Image.objects.filter(pk__in=self.ids)


class ConfirmForm(forms.Form):
    """Confirms that the selection is still the one that the page showed."""

    fingerprint = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, selection: Selection, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._selection = selection

    def clean_fingerprint(self) -> str:
        """Refuse if the selection has changed since the page was shown."""
        given = str(self.cleaned_data["fingerprint"])
        if given != self._selection.fingerprint:
            raise forms.ValidationError(
                _("The selection changed while this page was open. Check it, then confirm.")
            )
        return given


@dataclass(frozen=True, kw_only=True)
class Confirmation:
    """What the page asks: a heading, a sentence, the button's label and the action."""

    title: str
    sentence: str
    button: str
    action: str


def confirmation_page(
    model_admin: LibraryAdmin[Image],
    *,
    request: HttpRequest,
    selection: Selection,
    form: ConfirmForm,
    question: Confirmation,
) -> TemplateResponse:
    """Render the selected pictures with the form's fields and one button."""
    context = {
        **model_admin.admin_site.each_context(request),
        **options_of(model_admin),
        "title": question.title,
        "question": question,
        "form": form,
        "selection": selection,
        "previews": Image.objects.filter(pk__in=selection.ids[:PREVIEWS]).select_related(
            "collection"
        ),
        "action_checkbox_name": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/gallery/confirm_selection.html", context)
