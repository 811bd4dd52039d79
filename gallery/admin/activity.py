"""The activity of the last few days, from data the database keeps anyway: one cheap query per
column.

Searches are not counted, because the site keeps no record of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from gallery.models import EmbeddingJob, Fate, Image, UploadItem, User
from gallery.vectors import count_made_by_day

DAYS = 7


@dataclass(frozen=True, kw_only=True)
class Day:
    """The numbers of one day, in the site's time zone.

    `added` counts the pictures added that day that are not in the trash. `signed_in` counts the
    people whose most recent sign-in was that day.
    """

    day: date
    added: int
    refused: int
    embedded: int
    failed: int
    signed_in: int


def read_activity(*, days: int = DAYS) -> tuple[Day, ...]:
    """Return the numbers of the last `days` days, today first."""
    today = timezone.localdate()
    shown = [today - timedelta(days=back) for back in range(days)]
    since = timezone.make_aware(datetime.combine(shown[-1], time.min))
    refused = UploadItem.objects.filter(batch__created_at__gte=since, fate=Fate.REFUSED)
    columns: dict[str, Mapping[date, int]] = {
        "added": _by_day(Image.objects.live(), "created_at", since=since),
        "refused": _by_day(refused, "created_at", since=since),
        "embedded": count_made_by_day(since=since),
        "failed": _by_day(EmbeddingJob.objects.quarantined(), "quarantined_at", since=since),
        "signed_in": _by_day(User.objects.all(), "last_login", since=since),
    }
    return tuple(
        Day(day=day, **{name: counts.get(day, 0) for name, counts in columns.items()})
        for day in shown
    )


def _by_day(rows: QuerySet[Any], moment: str, *, since: datetime) -> dict[date, int]:
    counted = rows.filter(**{f"{moment}__gte": since}).order_by().values(day=TruncDate(moment))
    return dict(counted.annotate(n=Count("pk")).values_list("day", "n"))
