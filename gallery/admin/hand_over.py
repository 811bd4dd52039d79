"""The admin page that asks who should get a person's pictures and collections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from gallery.admin.base import options_of
from gallery.library.ownership import HandOver, hand_over_everything
from gallery.models import Collection, Image, User

if TYPE_CHECKING:
    _PersonField = forms.ModelChoiceField[User]
else:  # Django's fields take no type arguments at run time.
    _PersonField = forms.ModelChoiceField


class HandOverForm(forms.Form):
    """Chooses the recipient."""

    recipient = _PersonField(
        queryset=User.objects.none(),
        empty_label=gettext_lazy("Choose a person…"),
        label=gettext_lazy("Hand over to"),
        help_text=gettext_lazy("Someone who can sign in."),
    )

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = User.objects.filter(is_active=True).exclude(pk__in=[one.pk for one in people])
        cast("forms.ModelChoiceField[User]", self.fields["recipient"]).queryset = others.order_by(
            "username"
        )


@dataclass(frozen=True, kw_only=True)
class HandOverQuestion:
    """What the page asks: its heading, its button, and the action that it confirms, if any."""

    title: str
    button: str
    action: str = ""


def with_belongings(people: QuerySet[User]) -> QuerySet[User]:
    """Add `picture_count` and `collection_count`: what each person owns, including the trash."""

    def counted(rows: QuerySet[Any]) -> Coalesce:
        of_one = rows.filter(owner=OuterRef("pk")).order_by().values("owner")
        return Coalesce(Subquery(of_one.annotate(n=Count("pk")).values("n")), 0)

    return people.annotate(
        picture_count=counted(Image.objects.all()),
        collection_count=counted(Collection.objects.all()),
    )


def owns_anything(person: User) -> bool:
    """Return whether the person owns anything to hand over before the account can be deleted."""
    return (
        Image.objects.filter(owner=person).exists()
        or Collection.objects.filter(owner=person).exists()
    )


def hand_over_page(
    model_admin: admin.ModelAdmin[User],
    *,
    request: HttpRequest,
    people: Sequence[User],
    form: HandOverForm,
    question: HandOverQuestion,
) -> TemplateResponse:
    """Show what each person owns, the choice of a recipient and one button."""
    rows = with_belongings(User.objects.filter(pk__in=[one.pk for one in people]))
    context = {
        **model_admin.admin_site.each_context(request),
        **options_of(model_admin),
        "title": question.title,
        "question": question,
        "people": rows.order_by("username"),
        "form": form,
        "action_checkbox_name": ACTION_CHECKBOX_NAME,
    }
    return TemplateResponse(request, "admin/gallery/hand_over.html", context)


def hand_over_and_say(request: HttpRequest, person: User, *, to: User) -> HandOver:
    """Hand over everything and show what changed hands. Domain errors are raised unchanged."""
    done = hand_over_everything(person, to=to, by=request.user)
    pictures = ngettext("%(count)s picture", "%(count)s pictures", done.pictures)
    collections = ngettext("%(count)s collection", "%(count)s collections", done.collections)
    sentence = _("%(recipient)s received %(pictures)s and %(collections)s from %(person)s.") % {
        "recipient": to.get_username(),
        "person": person.get_username(),
        "pictures": pictures % {"count": f"{done.pictures:,}"},
        "collections": collections % {"count": f"{done.collections:,}"},
    }
    if done.renamed:
        sentence += " " + _("Renamed, because the name was taken: %(names)s.") % {
            "names": ", ".join(f"“{name}”" for name in done.renamed)
        }
    messages.success(request, sentence)
    return done
