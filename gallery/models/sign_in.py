"""Wrong passwords, counted in the database so that every process sees the same numbers.

They are not in the cache, because entries there can be evicted and the cache may be unavailable.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


class GuessCountQuerySet(models.QuerySet["GuessCount"]):
    """The read vocabulary of counts."""

    def untouched_since(self, moment: datetime) -> Self:
        """Counts that no password, wrong or right, has changed since."""
        return self.filter(touched_at__lt=moment)


class GuessCount(models.Model):
    """How often passwords were wrong for one account, one address, or one account at one address.

    `key` is a digest, so that the table holds neither names nor addresses. `blocked_until` is when
    the next password may be tried; `succeeded_at` when the right one was last given.
    """

    key = models.CharField(max_length=64, primary_key=True)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)
    blocked_until = models.DateTimeField(null=True, blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)
    touched_at = models.DateTimeField()

    objects = GuessCountQuerySet.as_manager()

    class Meta:
        verbose_name = gettext_lazy("count of wrong passwords")
        verbose_name_plural = gettext_lazy("counts of wrong passwords")
        indexes: ClassVar = [models.Index(fields=["touched_at"], name="guess_count_touched")]

    def __str__(self) -> str:
        return _("%(failures)s wrong passwords for %(key)s…") % {
            "failures": self.failures,
            "key": self.key[:8],
        }
