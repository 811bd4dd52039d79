"""The admin pages that add, activate and remove encoders without a terminal.

Each change is confirmed on a page that lists its costs. Nothing here loads an encoder: requests
wait as rows until a worker takes them, and the pages show their progress.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from gallery.admin.base import options_of
from gallery.admin.encoder_cards import (
    EncoderCard,
    RequestCard,
    costs_of_activating,
    costs_of_adding,
    costs_of_removing,
    download_in_words,
    offers,
)
from gallery.embedding.lifecycle import activate_encoder
from gallery.embedding.registry import load_in_background
from gallery.embedding.removal import request_removal
from gallery.embedding.requests import (
    MAX_KEY_CHARACTERS,
    cancel_request,
    check_new_key,
    request_encoder,
)
from gallery.exceptions import SemblanceError
from gallery.hints import hint_removal, hint_workers
from gallery.models import Encoder, EncoderRequest, EncoderState

if TYPE_CHECKING:
    from gallery.admin.encoders import EncoderAdmin

LIST = "admin:gallery_encoder_changelist"
Page = Callable[..., HttpResponse]


class EncoderForm(forms.Form):
    """Chooses the encoder to add: one from the curated list, or any other by its key."""

    key = forms.CharField(required=False, max_length=MAX_KEY_CHARACTERS)
    other = forms.CharField(
        required=False,
        max_length=MAX_KEY_CHARACTERS,
        label=gettext_lazy("Or enter the key of another encoder"),
    )

    def clean(self) -> dict[str, Any]:
        """Put the chosen key into `key`. Typed text takes precedence over the list."""
        data = super().clean() or {}
        key = data.get("other") or data.get("key") or ""
        if not key:
            raise forms.ValidationError(_("Choose an encoder from the list, or enter a key."))
        try:
            data["key"] = check_new_key(key)
        except SemblanceError as error:
            raise forms.ValidationError(error.sentence) from error
        return data


@dataclass(frozen=True, kw_only=True)
class EncoderConfirmation:
    """What a confirmation page asks: its heading, consequences and button.

    `force` is the label of a box that must be ticked; `key` is sent along.
    """

    title: str
    costs: Sequence[str]
    button: str
    is_dangerous: bool = False
    force: str = ""
    key: str = ""


def encoder_urls(model_admin: EncoderAdmin) -> list[URLPattern]:
    """Return the URL patterns below the list of encoders."""

    def page(view: Page, *, operates: bool = True) -> Page:
        def checked(request: HttpRequest, pk: int) -> HttpResponse:
            allowed = model_admin.has_view_permission(request)
            if operates:
                allowed = model_admin.has_operate_permission(request)
            if not allowed:
                raise PermissionDenied
            return view(model_admin, request, pk)

        return model_admin.admin_site.admin_view(checked)

    def requests(view: Page) -> Page:
        return require_POST(page(view))

    return [
        path("<int:pk>/status/", page(_status, operates=False), name="encoder-status"),
        path("<int:pk>/activate/", page(_activate), name="encoder-activate"),
        path("<int:pk>/remove/", page(_remove), name="encoder-remove"),
        path("requests/<int:pk>/status/", page(_request_status, operates=False),
             name="encoder-request-status"),
        path("requests/<int:pk>/retry/", requests(_retry_request), name="encoder-request-retry"),
        path("requests/<int:pk>/cancel/", requests(_cancel_request), name="encoder-request-cancel"),
    ]  # fmt: skip


def encoders_page(
    model_admin: EncoderAdmin,
    request: HttpRequest,
    *,
    form: EncoderForm | None = None,
    extra_context: dict[str, Any] | None = None,
) -> TemplateResponse:
    """Show all encoders and requests, and the form that adds an encoder."""
    cards = [EncoderCard.of(row) for row in model_admin.get_queryset(request)]
    waiting = [RequestCard(request=row) for row in EncoderRequest.objects.all()]
    context = {
        **_context(model_admin, request, title=_("Encoders")),
        "cards": cards,
        "requests": waiting,
        "is_under_way": any(card.is_under_way for card in cards)
        or any(not card.request.failure for card in waiting),
        "offers": [(entry, download_in_words(entry)) for entry in offers()],
        "form": form or EncoderForm(),
        "may_operate": model_admin.has_operate_permission(request),
        **(extra_context or {}),
    }
    return TemplateResponse(request, "admin/gallery/encoder/encoders.html", context)


def request_page(model_admin: EncoderAdmin, request: HttpRequest) -> HttpResponse:
    """Ask for confirmation (GET, with the form's fields), then request the encoder (POST)."""
    if not model_admin.has_operate_permission(request):
        raise PermissionDenied
    if request.method != "POST" and not request.GET:
        return redirect(LIST)
    form = EncoderForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        return encoders_page(model_admin, request, form=form)
    key = form.cleaned_data["key"]
    if request.method == "POST":
        request_encoder(key)
        hint_workers()
        messages.success(request, _("%(key)s will be added in the background.") % {"key": key})
        return redirect(LIST)
    question = EncoderConfirmation(
        title=_("Add %(key)s") % {"key": key},
        costs=costs_of_adding(key),
        button=_("Add encoder"),
        key=key,
    )
    return _confirmation(model_admin, request, question)


def _activate(model_admin: EncoderAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    card = _card(model_admin, request, pk)
    key = card.encoder.key
    # Waiting pictures will be embedded in time; those that failed for good may never be.
    can_force = bool(card.missing) and card.encoder.state == EncoderState.READY
    if request.method == "POST":
        force = can_force and "force" in request.POST
        try:
            activate_encoder(key, force=force)
        except SemblanceError as error:
            messages.error(request, error.sentence)
        else:
            # Load the encoder now, so that the next search does not have to wait for it.
            load_in_background(key)
            model_admin.log_change(request, card.encoder, _("Used for searches."))
            messages.success(request, _("Searches now use %(key)s.") % {"key": key})
        return redirect(LIST)
    question = EncoderConfirmation(
        title=_("Use %(key)s for searches") % {"key": key},
        costs=costs_of_activating(card),
        button=_("Use for searches"),
        force=_("Switch even though searches won’t find these pictures") if can_force else "",
    )
    return _confirmation(model_admin, request, question)


def _remove(model_admin: EncoderAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    card = _card(model_admin, request, pk)
    key = card.encoder.key
    if request.method == "POST":
        try:
            request_removal(key)
        except SemblanceError as error:
            messages.error(request, error.sentence)
        else:
            hint_removal()
            model_admin.log_deletions(request, Encoder.objects.filter(pk=pk))
            messages.success(
                request, _("%(key)s will be removed in the background.") % {"key": key}
            )
        return redirect(LIST)
    question = EncoderConfirmation(
        title=_("Remove %(key)s") % {"key": key},
        costs=costs_of_removing(card),
        button=_("Remove encoder"),
        is_dangerous=True,
    )
    return _confirmation(model_admin, request, question)


def _status(model_admin: EncoderAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Render the changing part of a card, which polls; reload the whole page once nothing
    changes."""
    row = model_admin.get_queryset(request).filter(pk=pk).first()
    card = EncoderCard.of(row) if row else None
    if card is None or not card.is_under_way:
        return HttpResponseClientRefresh()
    return TemplateResponse(request, "admin/gallery/encoder/_status.html", {"card": card})


def _request_status(_admin: EncoderAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    """Render the same for a request, until it becomes an encoder or fails with a reason."""
    row = EncoderRequest.objects.unfinished().filter(pk=pk).first()
    if row is None:
        return HttpResponseClientRefresh()
    card = RequestCard(request=row)
    return TemplateResponse(request, "admin/gallery/encoder/_request_status.html", {"card": card})


def _retry_request(_admin: EncoderAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    wanted = get_object_or_404(EncoderRequest, pk=pk)
    try:
        request_encoder(wanted.key)
        hint_workers()
    except SemblanceError as error:
        messages.error(request, error.sentence)
    return redirect(LIST)


def _cancel_request(_admin: EncoderAdmin, request: HttpRequest, pk: int) -> HttpResponse:
    wanted = get_object_or_404(EncoderRequest, pk=pk)
    cancel_request(wanted)
    messages.success(request, _("%(key)s won’t be added.") % {"key": wanted.key})
    return redirect(LIST)


def _card(model_admin: EncoderAdmin, request: HttpRequest, pk: int) -> EncoderCard:
    row: Encoder = get_object_or_404(model_admin.get_queryset(request), pk=pk)
    return EncoderCard.of(row)


def _context(model_admin: EncoderAdmin, request: HttpRequest, *, title: str) -> dict[str, Any]:
    return {
        **model_admin.admin_site.each_context(request),
        **options_of(model_admin),
        "title": title,
        "list_url": reverse(LIST),
    }


def _confirmation(
    model_admin: EncoderAdmin, request: HttpRequest, question: EncoderConfirmation
) -> TemplateResponse:
    context = {
        **_context(model_admin, request, title=question.title),
        "question": question,
    }
    return TemplateResponse(request, "admin/gallery/encoder/confirm.html", context)
