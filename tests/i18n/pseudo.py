"""The pseudo-locale: every translated string keeps its form and loses its English.

“Upload” becomes “Ûþļøåð”. Plain letters that remain on a page were never passed to gettext.
Placeholders, tags and entities in a string stay unchanged.
"""

import re

from django.utils import translation

_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MARKED = "åƀçðéƒĝĥîĵķļɱñøþǫŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑØÞǪŔŠŢÛṼŴẊÝŽ"
_LETTERS = str.maketrans(_PLAIN, _MARKED)
# What translators leave unchanged: %(name)s, %s, {name}, <a href="…">, &amp;
_KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd]|\{\w*(?::[^}]*)?\}|<[^>]+>|&\w+;|\x04)")


def pseudo(message):
    """Return the string in the pseudo-locale."""
    parts = _KEPT.split(str(message))
    return "".join(
        part if number % 2 else part.translate(_LETTERS) for number, part in enumerate(parts)
    )


def speak_pseudo(monkeypatch):
    """Make every translation function of Django return the pseudo-locale."""

    def one(message):
        return pseudo(message)

    def several(singular, plural, number):
        return pseudo(singular if number == 1 else plural)

    monkeypatch.setattr(translation._trans, "gettext", one, raising=False)
    monkeypatch.setattr(translation._trans, "ngettext", several, raising=False)
    monkeypatch.setattr(
        translation._trans, "pgettext", lambda _, message: one(message), raising=False
    )
    monkeypatch.setattr(
        translation._trans, "npgettext", lambda _, *message: several(*message), raising=False
    )
