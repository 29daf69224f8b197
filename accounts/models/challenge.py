"""Challenges that were solved: each is good for one try, in one browser (SR-K03, SR-K05)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection, models, transaction
from django.db.models import DurationField, ExpressionWrapper, F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LIFETIME = timedelta(minutes=10)
LONGEST_WAIT_SECONDS = 60
RECORD = """
INSERT INTO accounts_solvedchallenge (id, nonce, browser, purpose, kind, solved_at, used_at, expires_at)
VALUES (%(id)s, %(nonce)s, %(browser)s, %(purpose)s, %(kind)s, statement_timestamp(),
        CASE WHEN %(right)s THEN NULL ELSE statement_timestamp() END,
        statement_timestamp() + %(seconds)s * interval '1 s')
ON CONFLICT (nonce) DO NOTHING RETURNING id
"""


class ChallengeKind(models.TextChoices):
    """What was solved."""

    RECAPTCHA = "recaptcha", _("Google reCAPTCHA")
    WORK = "work", _("proof of work")
    QUESTION = "question", _("question")


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Whether a try may go on; if not, for how long this browser must still wait, or 0 when a challenge is lacking."""

    tickets: tuple[uuid.UUID, ...] = ()
    wait_seconds: int = 0


class SolvedChallenge(models.Model):
    """A solved challenge, which is the ticket for one try.

    Nobody's name hangs on it: the browser is known by the hash of a random cookie that lives as long as its window.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    nonce = models.BinaryField(_("number of the challenge"), max_length=32, unique=True)
    browser = models.BinaryField(_("hash of the browser's cookie"), max_length=32)
    purpose = models.CharField(_("purpose"), max_length=20)
    kind = models.CharField(_("kind"), max_length=10, choices=ChallengeKind)
    solved_at = models.DateTimeField(_("solved at"), db_default=Now())
    used_at = models.DateTimeField(_("used at"), null=True)
    expires_at = models.DateTimeField(_("expires at"))

    class Meta:
        verbose_name = _("solved challenge")
        verbose_name_plural = _("solved challenges")
        indexes = (
            models.Index(fields=["browser"], condition=Q(used_at__isnull=True), name="challenge_of_browser"),
            models.Index(fields=["expires_at"], name="challenge_expires"),
        )

    def __str__(self) -> str:
        return str(self.id)

    @classmethod
    def record(cls, *, nonce: bytes, browser: bytes, purpose: str, kind: ChallengeKind, right: bool = True) -> bool:
        """Note that a challenge was answered; False when it was before, in one statement.

        A wrong answer uses the challenge up as well.
        """
        facts: dict[str, str | bytes | bool | float | uuid.UUID] = {
            "id": uuid.uuid4(),
            "nonce": nonce,
            "browser": browser,
            "purpose": purpose,
            "kind": kind,
            "right": right,
            "seconds": LIFETIME.total_seconds(),
        }
        with connection.cursor() as cursor:
            cursor.execute(RECORD, facts)
            return cursor.fetchone() is not None

    @classmethod
    def waiting(cls, browser: bytes, purpose: str) -> models.QuerySet[SolvedChallenge]:
        """Give what this browser solved and has not used, the oldest first."""
        unused = cls.objects.filter(browser=browser, purpose=purpose, used_at__isnull=True, expires_at__gt=Now())
        return unused.order_by("solved_at")

    @classmethod
    def redeem(
        cls, *, browser: bytes, purpose: str, number: int, wait_of: Callable[[str], int], use: bool = True
    ) -> Redeemed:
        """Use up as many solved challenges as a try costs, each no sooner than its kind's wait after it was solved.

        Rows that another try holds do not count: of many tries at once with one ticket, one goes on. With `use`
        false nothing is used up: it only tells what would happen. A try that costs nothing uses nothing.
        """
        if number == 0:
            return Redeemed()
        with transaction.atomic():
            rows = cls.waiting(browser, purpose).annotate(
                age=ExpressionWrapper(Now() - F("solved_at"), output_field=DurationField())
            )
            left = _left(list(rows.select_for_update(skip_locked=True) if use else rows), wait_of)[:number]
            if len(left) < number:
                return Redeemed()
            if left[-1][0] > 0:
                return Redeemed(wait_seconds=int(left[-1][0]) + 1)
            tickets = tuple(pk for _left_seconds, pk in left)
            if use:
                cls.objects.filter(pk__in=tickets).update(used_at=Now())
            return Redeemed(tickets=tickets)

    @classmethod
    def give_back(cls, tickets: Sequence[uuid.UUID]) -> None:
        """Make used tickets good again, for a try that was never checked."""
        cls.objects.filter(pk__in=tickets).update(used_at=None)


def _left(rows: Sequence[SolvedChallenge], wait_of: Callable[[str], int]) -> list[tuple[float, uuid.UUID]]:
    """Give for each row how many seconds it must still wait, those that are ready first."""
    waits = [(max(wait_of(row.kind) - row.age.total_seconds(), 0.0), row.pk) for row in rows]  # type: ignore[attr-defined]  # annotated
    return sorted(waits, key=lambda one: one[0])
