"""The scope of the search box in the header: one collection, or all pictures.

Collection pages and searches inside one collection show the switch. On other pages there is nothing
to choose.
"""

from __future__ import annotations

from dataclasses import dataclass

from gallery.models import Collection
from gallery.models.people import Viewer
from gallery.search import Filters


@dataclass(frozen=True, kw_only=True)
class SearchScope:
    """The collection that the switch offers. It is selected until someone chooses all pictures."""

    slug: str
    name: str


def scope_of(filters: Filters, *, viewer: Viewer) -> SearchScope | None:
    """Return the scope of a search inside one collection that the viewer may see, else None."""
    if len(filters.collections) != 1:
        return None
    found = Collection.objects.visible_to(viewer).filter(slug=filters.collections[0]).first()
    return SearchScope(slug=found.slug, name=found.name) if found else None
