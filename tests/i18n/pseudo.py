"""A language made for tests: every translated sentence keeps its shape and loses its English.

“Upload” becomes “Ûþļøåð”. What is left in plain letters on a page was never given to gettext.
Placeholders, tags and entities inside a sentence stay as they are.
"""

import re

from django.utils import translation

_PLAIN = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MARKED = "åƀçðéƒĝĥîĵķļɱñøþǫŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑØÞǪŔŠŢÛṼŴẊÝŽ"
_LETTERS = str.maketrans(_PLAIN, _MARKED)
# What a translator leaves alone: %(name)s, %s, {name}, <a href="…">, &amp;
_KEPT = re.compile(r"(%\(\w+\)[sd]|%[sd]|\{\w*(?::[^}]*)?\}|<[^>]+>|&\w+;|\x04)")


def pseudo(message):
    """The message in the test language."""
    parts = _KEPT.split(str(message))
    return "".join(
        part if number % 2 else part.translate(_LETTERS) for number, part in enumerate(parts)
    )


def speak_pseudo(monkeypatch):
    """Make every translation function of Django answer in the test language."""

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
