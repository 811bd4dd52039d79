"""Undo: the visitor's last change, kept in the session until undone, dismissed or replaced."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from gallery.exceptions import SemblanceError
from gallery.http.change_sentences import describe_undo
from gallery.library.changes import Change
from gallery.library.undo import undo_change

SESSION_KEY = "last_change"


@dataclass(frozen=True, kw_only=True)
class UndoOffer:
    """What the page shows after a change: a sentence, the token that undoes only this change, and
    the URL to return to after undoing (the same page if empty)."""

    sentence: str
    token: str
    back: str


def offer_undo(request: HttpRequest, *, change: Change, sentence: str, back: str = "") -> None:
    """Show the result on the next page, with an Undo button if anything changed.

    Undoing redirects to `back`, or to the page that showed the offer.
    The ids are packed: a change of 10,000 pictures takes about 20 KB of the session.
    """
    if not change.ids:
        messages.info(request, sentence)
        request.session.pop(SESSION_KEY, None)
        return
    request.session[SESSION_KEY] = {
        "token": secrets.token_urlsafe(8),
        "sentence": sentence,
        "change": signing.dumps(change.as_data(), salt=SESSION_KEY, compress=True),
        "back": back,
        "shown": False,
    }


def undo_offer(request: HttpRequest) -> UndoOffer | None:
    """Return the offer for this page, and clear it so that no later page shows it again."""
    if SESSION_KEY not in request.session:
        return None
    kept = request.session[SESSION_KEY]
    if kept["shown"]:
        return None
    request.session[SESSION_KEY] = {**kept, "shown": True}
    return UndoOffer(sentence=kept["sentence"], token=kept["token"], back=kept.get("back", ""))


@require_POST
@login_required
def undo(request: HttpRequest) -> HttpResponse:
    """Undo the last change and return to the page that offered it."""
    kept = request.session.get(SESSION_KEY)
    if kept is None or kept["token"] != request.POST.get("token"):
        messages.error(
            request, _("This can’t be undone anymore because something else has changed.")
        )
        return redirect(_came_from(request))
    try:
        change = Change.from_data(signing.loads(kept["change"], salt=SESSION_KEY))
        back = undo_change(change, by=request.user)
    except SemblanceError as problem:
        messages.error(request, problem.sentence)
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        # Stored by an earlier release in a different format.
        messages.error(
            request, _("This can’t be undone anymore because the site has been updated.")
        )
    else:
        messages.success(request, describe_undo(change, count=back))
    request.session.pop(SESSION_KEY, None)
    return redirect(_came_from(request))


def _came_from(request: HttpRequest) -> str:
    address = request.POST.get("next", "")
    allowed = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # redirect() would read anything else as the name of a view.
    return address if allowed and address.startswith("/") else "gallery:browse"
