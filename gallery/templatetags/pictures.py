"""Template tags for pictures: signed URLs, sizes known in advance, match labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gallery.delivery import rendition_url, sources
from gallery.models import Image
from gallery.search import Hit

register = template.Library()

# Shapes of the grid, as listed in static/css/site/shapes.css: 48 even steps of the logarithm of
# width over height. Neighbours differ by 3.3 %, so at most 1.7 % of a picture is cut off. Wider or
# taller pictures are cropped in the grid; their own page shows them whole.
MIN_ASPECT_RATIO = 0.56
MAX_ASPECT_RATIO = 2.6
STEPS = 48
# Typical row heights in CSS pixels (--row in tokens.css, stretched to the width).
ROW_PX = 250
PHONE_ROW_PX = 160

# Only good results have a label.
STRENGTH_WORDS: dict[str, Promise] = {
    "strong": gettext_lazy("Strong"),
    "fair": gettext_lazy("Fair"),
}
STRENGTH_LABELS: dict[str, Promise] = {
    "strong": gettext_lazy("Strong match"),
    "fair": gettext_lazy("Fair match"),
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The attributes of a picture's markup in a grid."""

    src: str
    srcset: str
    sizes: str
    shape: str


def shape_step(aspect_ratio: float) -> int:
    """Return the number of the shape class nearest to this ratio of width to height."""
    clamped = min(max(aspect_ratio, MIN_ASPECT_RATIO), MAX_ASPECT_RATIO)
    share = math.log(clamped / MIN_ASPECT_RATIO) / math.log(MAX_ASPECT_RATIO / MIN_ASPECT_RATIO)
    return round(share * (STEPS - 1))


def step_ratio(step: int) -> float:
    """Return the ratio of width to height of a shape class."""
    return float(MIN_ASPECT_RATIO * (MAX_ASPECT_RATIO / MIN_ASPECT_RATIO) ** (step / (STEPS - 1)))


@register.simple_tag
def shown(image: Image) -> Shown:
    """Return the attributes of the picture's tile in the justified grid."""
    step = shape_step(image.aspect_ratio)
    ratio = step_ratio(step)
    found = sources(image)
    return Shown(
        src=found[min(1, len(found) - 1)][0],
        srcset=", ".join(f"{address} {width}w" for address, width in found),
        sizes=(f"(max-width: 48rem) {round(ratio * PHONE_ROW_PX)}px, {round(ratio * ROW_PX)}px"),
        shape=f"r{step}",
    )


@register.simple_tag
def rendition(image: Image, width: int) -> str:
    """Return the signed URL of a rendition; `width` is one of RENDITION_WIDTHS."""
    return rendition_url(image, width=width)


@register.simple_tag
def srcset(image: Image) -> str:
    """Return all renditions for an <img srcset>."""
    return ", ".join(f"{address} {width}w" for address, width in sources(image))


@register.simple_tag
def match_word(hit: Hit) -> Promise:
    """Return how well a result matches, in one word."""
    return STRENGTH_WORDS[hit.strength]


@register.simple_tag
def match_label(hit: Hit) -> Promise:
    """Return how well a result matches, for screen readers."""
    return STRENGTH_LABELS[hit.strength]


@register.simple_tag
def match_reason(hit: Hit) -> str:
    """Return how well a result matches, and whether its text matches."""
    label = {"match": STRENGTH_LABELS[hit.strength]}
    if "words" not in hit.matched:
        return str(label["match"])
    if "looks" in hit.matched:
        return _("%(match)s, by its words and its looks") % label
    return _("%(match)s, by its words") % label


@register.filter
def duration(milliseconds: float) -> str:
    """Format a duration for people: “14 ms”, “1.2 s”."""
    if milliseconds < 1:
        return _("less than 1 ms")
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    return f"{milliseconds / 1000:.1f} s"


@register.simple_tag
def params(**pairs: Any) -> str:
    """Encode URL parameters; empty ones are left out."""
    return urlencode([(name, value) for name, value in pairs.items() if value not in ("", None)])
