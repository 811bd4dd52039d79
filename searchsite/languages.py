"""The languages of the site: English, and every translation found in `locale/`.

Pure: `settings.py` calls it before Django is set up.
"""

from __future__ import annotations

from pathlib import Path

from django.conf.locale import LANG_INFO

ENGLISH = ("en", "English")


def available_languages(folder: Path) -> list[tuple[str, str]]:
    """Pairs of a language code and the language's own name, English first.

    A language counts once its catalogue is compiled (`locale/de/LC_MESSAGES/django.mo`). Without
    this list Django would offer its own hundred languages and show half a page in each.
    """
    codes = sorted(
        catalogue.parent.parent.name.replace("_", "-").lower()
        for catalogue in folder.glob("*/LC_MESSAGES/django.mo")
    )
    return [ENGLISH, *((code, _own_name(code)) for code in codes if code != ENGLISH[0])]


def _own_name(code: str) -> str:
    info = LANG_INFO.get(code) or LANG_INFO.get(code.partition("-")[0]) or {}
    return str(info.get("name_local", code)).capitalize()
