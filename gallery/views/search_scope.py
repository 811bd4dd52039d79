"""Where the search box of the header looks: in one collection, or in all pictures.

Collection pages and searches inside one collection show the switch. Elsewhere there is nothing to
choose.
"""

from __future__ import annotations

from dataclasses import dataclass

from gallery.models import Collection
from gallery.models.people import Viewer
from gallery.search import Filters


@dataclass(frozen=True, kw_only=True)
class SearchScope:
    """The collection that the switch offers, chosen until somebody picks all pictures."""

    slug: str
    name: str


def scope_of(filters: Filters, *, viewer: Viewer) -> SearchScope | None:
    """The switch for a search inside one collection that the viewer may see, else none."""
    if len(filters.collections) != 1:
        return None
    found = Collection.objects.visible_to(viewer).filter(slug=filters.collections[0]).first()
    return SearchScope(slug=found.slug, name=found.name) if found else None
