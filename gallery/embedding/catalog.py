"""The curated encoders, as data. Any other open_clip model works too; these are known good.

Download sizes are parameters times four bytes. Speeds are words, not numbers: they say what to
expect on a two-core machine without a GPU.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gallery.embedding.protocol import EncoderSpec

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

STARTER_KEY = "starter"
DEFAULT_KEY = "openclip:ViT-B-32/laion2b_s34b_b79k"
# Where its weights are published. open_clip knows this too, but takes seconds to import, and the
# first start needs it.
DEFAULT_HUB_FOLDER = "laion/CLIP-ViT-B-32-laion2B-s34B-b79K/"


@dataclass(frozen=True, kw_only=True)
class CatalogEntry:
    """One curated encoder: its spec, its role in the list, and its speed."""

    role: str | StrPromise
    speed: str | StrPromise
    spec: EncoderSpec


CATALOG: tuple[CatalogEntry, ...] = (
    CatalogEntry(
        role=_("starter"),
        speed=_("fast on any machine"),
        spec=EncoderSpec(
            key=STARTER_KEY,
            name="Starter",
            dimension=896,
            image_size=260,
            licence="Apache-2.0",
            size_bytes=0,
            text_context=256,
            description=_(
                "Works without any download. Good with everyday things, weaker with "
                "scenes, colours and actions."
            ),
        ),
    ),
    CatalogEntry(
        role=_("small"),
        speed=_("fast on any machine"),
        spec=EncoderSpec(
            key="openclip:ViTamin-S/datacomp1b",
            name="ViTamin-S",
            dimension=384,
            image_size=224,
            licence="MIT",
            size_bytes=250_000_000,
            text_context=77,
            description=_("CLIP for small machines: a short download and short vectors."),
        ),
    ),
    CatalogEntry(
        role=_("default"),
        speed=_("fast on a recent processor"),
        spec=EncoderSpec(
            key=DEFAULT_KEY,
            name="CLIP ViT-B/32",
            dimension=512,
            image_size=224,
            licence="MIT",
            size_bytes=605_000_000,
            text_context=77,
            description=_(
                "CLIP trained on two billion pictures. Finds scenes, actions and styles."
            ),
        ),
    ),
    CatalogEntry(
        role=_("best"),
        speed=_("best with a GPU"),
        spec=EncoderSpec(
            key="openclip:ViT-L-14/datacomp_xl_s13b_b90k",
            name="CLIP ViT-L/14",
            dimension=768,
            image_size=224,
            licence="MIT",
            size_bytes=1_710_000_000,
            text_context=77,
            description=_(
                "Finds finer detail than the default and costs about twenty times the computing."
            ),
        ),
    ),
    CatalogEntry(
        role=_("multilingual"),
        speed=_("moderate without a GPU"),
        spec=EncoderSpec(
            key="openclip:ViT-B-16-SigLIP2-256/webli",
            name="SigLIP 2 ViT-B/16",
            dimension=768,
            image_size=256,
            licence="Apache-2.0",
            size_bytes=1_501_000_000,
            text_context=64,
            description=_("Understands over a hundred languages."),
        ),
    ),
)

_BY_KEY = {entry.spec.key: entry for entry in CATALOG}


def find_entry(key: str) -> CatalogEntry | None:
    """Return the curated entry for a key, or None for an encoder that is not in the list."""
    return _BY_KEY.get(key)


def describe(key: str) -> str:
    """Describe an encoder in one line: name, size, licence, speed. Just the key if it is not
    curated."""
    entry = find_entry(key)
    if entry is None:
        return key
    spec = entry.spec
    megabytes = spec.size_bytes // 1_000_000
    size = (
        gettext("%(megabytes)s MB to download") % {"megabytes": intcomma(megabytes)}
        if megabytes
        else gettext("nothing to download")
    )
    return gettext(
        "%(name)s (%(role)s): %(size)s, %(image_size)s px, %(dimension)s "
        "dimensions, %(speed)s, licence %(licence)s"
    ) % {
        "name": spec.name,
        "role": entry.role,
        "size": size,
        "image_size": spec.image_size,
        "dimension": spec.dimension,
        "speed": entry.speed,
        "licence": spec.licence,
    }
