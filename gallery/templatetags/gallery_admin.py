"""Template tags of the admin's own pages."""

from __future__ import annotations

from django import template
from django.utils.safestring import SafeString

from gallery.admin.base import thumbnail
from gallery.models import Image

register = template.Library()


@register.simple_tag
def admin_thumbnail(image: Image) -> SafeString:
    """Render a thumbnail of the picture as the admin's lists do."""
    return thumbnail(image)
