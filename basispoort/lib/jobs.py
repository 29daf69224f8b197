"""Work that survives its worker: the truth about a job is a row in PostgreSQL (SR-L01, SR-L02).

The queue only wakes workers. A worker claims a row by one conditional update, which gives it a lease and a fencing
number; a sweeper wakes rows whose lease ran out. After three attempts a job has failed and says so.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from typing import Any

MAXIMUM_ATTEMPTS = 3


class LeasedJob(models.Model):
    """A row that workers claim; subclasses name the states in which there is work to do.

    `stuck_after` is how long after the moment in `waits_since` work may wait before somebody must look; `failed_states`
    are the ends that a model with a `finished_at` should not come to (SR-J04).
    """

    waiting_states: ClassVar[tuple[str, ...]] = ()
    failed_states: ClassVar[tuple[str, ...]] = ()
    lease_seconds: ClassVar[int] = 180
    waits_since: ClassVar[str] = "created_at"
    stuck_after: ClassVar[timedelta] = timedelta(minutes=15)

    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0, editable=False)
    lease_until = models.DateTimeField(_("claimed until"), null=True, editable=False)
    fence = models.PositiveIntegerField(_("fencing number"), default=0, editable=False)

    class Meta:
        abstract = True

    @classmethod
    def claimable(cls) -> Q:
        """Give the condition under which a row may be claimed now, by the database's clock."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
        return Q(state__in=cls.waiting_states, attempts__lt=MAXIMUM_ATTEMPTS) & free

    @classmethod
    def claim(cls, rows: models.QuerySet[Any], pk: object) -> int | None:
        """Claim one row of the queryset; give its fencing number, or None when another worker has it or it is done."""
        lease = Now() + timedelta(seconds=cls.lease_seconds)
        claimed = rows.filter(cls.claimable(), pk=pk).update(
            lease_until=lease, fence=F("fence") + 1, attempts=F("attempts") + 1
        )
        if not claimed:
            return None
        return int(rows.values_list("fence", flat=True).get(pk=pk))

    @classmethod
    def stuck(cls) -> Q:
        """Give the condition of a row that waits for longer than its kind should."""
        return Q(state__in=cls.waiting_states) & Q(**{f"{cls.waits_since}__lt": Now() - cls.stuck_after})

    @classmethod
    def failed_lately(cls) -> Q:
        """Give the condition of a row that was given up within the last hour."""
        return Q(state__in=cls.failed_states, finished_at__gt=Now() - timedelta(hours=1))
