"""Suggest tags that complete what someone types, from pictures that they may see."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.db.models import CharField, Count, Func, QuerySet

from gallery.models import Image
from gallery.models.people import Viewer

# The tags of this many of the newest tagged pictures are offered, so that the cost is bounded.
MAX_SCANNED = 5000
MAX_COMPLETIONS = 10


def complete_tag(prefix: str, *, viewer: Viewer) -> list[str]:
    """Return the most frequent tags that start with these letters, at most MAX_COMPLETIONS, in one
    query.

    Tags are stored in lower case, so the prefix is compared in lower case. An empty prefix has no
    completions.
    """
    wanted = prefix.strip("#, ").lower()
    if not wanted:
        return []
    tagged = Image.objects.visible_to(viewer).exclude(tags=[]).newest_first()[:MAX_SCANNED]
    # Typed loosely: the annotation is lost in the values.
    counted: QuerySet[Any] = (
        Image.objects.filter(pk__in=tagged.values("pk"))
        .annotate(tag=Func("tags", function="unnest", output_field=CharField()))
        .values("tag")
        .annotate(number=Count("pk"))
        .order_by("-number", "tag")
    )
    found = (tag for tag in counted.values_list("tag", flat=True) if tag.startswith(wanted))
    return list(islice(found, MAX_COMPLETIONS))
