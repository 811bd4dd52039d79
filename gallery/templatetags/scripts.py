"""{% script_catalog %}: the script that gives static/js/i18n.js the page's language."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from gallery.http.script_catalog import script_catalog_url

register = template.Library()


@register.simple_tag
def script_catalog() -> SafeString:
    """Return the script element; nothing in English. It must come before the modules."""
    address = script_catalog_url(get_language() or "en")
    if not address:
        return SafeString()
    return format_html('<script defer src="{}"></script>', address)
