"""Exports by job: asked with a reason, made by a worker, fetched once within a day (SR-E05, SR-E06, SR-L02)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q, Sum
from django.db.models.functions import Now
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import events
from accounts.actions.support import coordinators_of
from accounts.alerts import EXPORTS
from accounts.models import Export, ExportReason, ExportState, RoleName, User
from accounts.models.export import READY_FOR
from basispoort.audit import trail
from basispoort.audit.alerts import raise_alert
from basispoort.lib.csv import harmless_csv
from basispoort.lib.jobs import MAXIMUM_ATTEMPTS
from basispoort.lib.mail import queue_mail
from basispoort.lib.queues import wake, wake_after_commit
from basispoort.lib.tenancy import school_transaction, unscoped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from uuid import UUID

    from celery import Task
    from django.utils.functional import _StrPromise

    from basispoort.audit.trail import Detail
    from schools.models import School

LISTS_AN_HOUR = 10
MANY_ROWS_A_DAY = 5_000
KEPT = timedelta(days=30)
SWEPT_AT_ONCE = 200
Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class ExportKind:
    """A kind of list: its words, its file's name, who may have it, the event of fetching it, and how it is made.

    `make` gets the school and what was chosen, within the scope of that school, and gives the head and the rows.
    A kind `of_board` is asked by somebody of the school's board, whose right is one at the board.
    """

    name: str
    label: str | _StrPromise
    file_name: str
    right: str
    fetched: str
    make: Callable[[School, Mapping[str, Any]], Rows]
    of_board: bool = False

    @property
    def role(self) -> str:
        """The role in which it is asked and fetched, where that is none at the school."""
        return RoleName.BOARD_MEMBER if self.of_board else ""

    def is_open_to(self, user: User, school: School) -> bool:
        """Tell whether a user may have this list of a school now."""
        return bool(user.has_perm(self.right, school.board if self.of_board else school))


_kinds: dict[str, ExportKind] = {}


class UnknownExport(LookupError):
    """A list was asked for of a kind that no app has named."""


class BeingMade(Exception):
    """The same list is being made for the same person; a second click makes no second list."""


class TooManyLists(Exception):
    """The same person asked for many lists of this school within the hour; of each all coordinators are mailed."""


class NotToBeFetched(Exception):
    """It is not ready, was fetched already, is too old, or is somebody else's."""


def register_export(kind: ExportKind) -> None:
    """Add a kind of list."""
    _kinds[kind.name] = kind


def kind_of(name: str) -> ExportKind:
    """Give a kind by its name; raises UnknownExport."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownExport(name) from None


def names_of(*, of_board: bool) -> list[str]:
    """Name the kinds that a board asks for, or those that a school does."""
    return [name for name, kind in _kinds.items() if kind.of_board is of_board]


def ask_export(*, school: School, kind: str, reason: str, chosen: Mapping[str, Any], acting_user: User) -> Export:
    """Have a list made; the reason and what was chosen stand in the trail, all coordinators are mailed when it is made.

    The caller has asked for a fresh proof and checked the right. Raises BeingMade, or TooManyLists.
    """
    named = kind_of(kind)
    lately = Export.objects.for_school(school).filter(asked_by=acting_user, asked_at__gt=Now() - timedelta(hours=1))
    if lately.count() >= LISTS_AN_HOUR:
        raise TooManyLists
    asked = Export(school=school, kind=named.name, reason=reason, chosen=dict(chosen), asked_by=acting_user)
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
    except IntegrityError as error:
        if "one_export_being_made" not in str(error):
            raise
        raise BeingMade from None
    details = {"kind": kind, "reason": str(reason)} | {name: str(value) for name, value in chosen.items() if value}
    trail.record(
        events.EXPORT_ASKED, school=school, acting_user=acting_user, target=asked, details=details, role=named.role
    )
    wake_after_commit(_making(), school.pk, asked.pk)
    return asked


def _making() -> Task[..., object]:
    from accounts.tasks import make_export as task  # noqa: PLC0415 - the task calls the action below

    return task


def make_export(*, school_id: int, export_id: UUID) -> str:
    """Make a list; give the state it came in, or "" when it was not ours to make. Twice equals once.

    Who asked must still have the right, now. A worker whose claim was taken over writes nothing.
    """
    with school_transaction(school_id):
        fence = Export.claim(Export.objects.for_school(school_id), export_id)
    if fence is None:  # From here on the attempt counts, however it ends.
        return ""
    with school_transaction(school_id):
        ours = Export.objects.for_school(school_id).filter(pk=export_id, fence=fence, state=ExportState.WAITING)
        export = ours.select_for_update(of=("self",)).select_related("school__board", "asked_by").first()
        if export is None:
            return ""
        kind = kind_of(export.kind)
        if not kind.is_open_to(export.asked_by, export.school):
            trail.record(events.EXPORT_MADE, school=export.school, acting_user=None, target=export, outcome="denied")
            return _end(export, ExportState.REFUSED)
        with translation.override(export.asked_by.language):
            head, *rows = kind.make(export.school, export.chosen)
        export.content = harmless_csv([head, *rows]).encode()
        export.rows, export.state, export.lease_until = len(rows), ExportState.READY, None
        export.expires_at = Now() + READY_FOR
        export.save(update_fields=["content", "rows", "state", "lease_until", "expires_at"])
        trail.record(
            events.EXPORT_MADE,
            school=export.school,
            acting_user=None,
            target=export,
            details=_facts(export),
        )
        _tell(export, kind)
        _watch(export)
        return ExportState.READY


def fetch_export(*, school: School, export_id: UUID, acting_user: User) -> tuple[ExportKind, bytes]:
    """Give the file, once, to who asked for it and still may; then it is gone from here. Raises NotToBeFetched."""
    with transaction.atomic():
        mine = Export.objects.for_school(school).ready().filter(pk=export_id, asked_by=acting_user)
        export = mine.select_for_update().first()
        if export is None or export.content is None:
            raise NotToBeFetched
        kind = kind_of(export.kind)
        if not kind.is_open_to(acting_user, school):
            raise NotToBeFetched
        content = bytes(export.content)
        _end(export, ExportState.FETCHED)
        facts = _facts(export)
        trail.record(kind.fetched, school=school, acting_user=acting_user, target=export, details=facts, role=kind.role)
    return kind, content


def sweep_exports() -> dict[str, int]:
    """Wake lists that nobody makes, fail those broken off three times, and take away what was not fetched in time."""
    with unscoped("exports that wait or are over"):
        rows = Export.objects.get_queryset()
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
        waiting = rows.filter(free, state=ExportState.WAITING).values_list("school_id", "pk", "attempts")
        found = list(waiting.order_by("asked_at")[:SWEPT_AT_ONCE])
        late = rows.filter(state=ExportState.READY, expires_at__lte=Now()).values_list("school_id", "pk")
        over = list(late[:SWEPT_AT_ONCE])
        old = list(rows.filter(asked_at__lt=Now() - KEPT).values_list("school_id", "pk")[:SWEPT_AT_ONCE])
    done = {"woken": 0, "failed": 0, "over": 0, "forgotten": 0}
    for school_id, pk, attempts in found:
        if attempts < MAXIMUM_ATTEMPTS:
            done["woken"] += wake(_making(), school_id, pk)
        else:
            done["failed"] += _end_one(school_id, Q(pk=pk, state=ExportState.WAITING) & free, ExportState.FAILED)
    for school_id, pk in over:
        late_one = Q(pk=pk, state=ExportState.READY, expires_at__lte=Now())
        done["over"] += _end_one(school_id, late_one, ExportState.OVER)
    for school_id, pk in old:
        with school_transaction(school_id):
            done["forgotten"] += Export.objects.for_school(school_id).filter(pk=pk).delete()[0]
    return done


def _facts(export: Export) -> dict[str, Detail]:
    return {"kind": export.kind, "rows": export.rows}


def _end(export: Export, state: ExportState) -> str:
    rows = Export.objects.for_school(export.school_id).filter(pk=export.pk)
    rows.update(state=state, content=None, lease_until=None, finished_at=Now())
    return state


def _end_one(school_id: int, condition: Q, state: ExportState) -> int:
    with school_transaction(school_id):
        rows = Export.objects.for_school(school_id).filter(condition)
        return rows.update(state=state, content=None, lease_until=None, finished_at=Now())


def _tell(export: Export, kind: ExportKind) -> None:
    people = {user.pk: user for user in [*coordinators_of(export.school), export.asked_by]}
    for user in people.values():
        queue_mail(
            purpose="export_made",
            recipient_id=user.pk,
            address=str(user.email),
            language=user.language,
            subject=_("A list was made of your school"),
            template="accounts/mail/export_made",
            facts={
                "name": user.first_name,
                "who": export.asked_by.full_name,
                "school": export.school.name,
                "list": kind.label,
                "reason": ExportReason(export.reason).label,
                "rows": export.rows,
                "own": user.pk == export.asked_by_id,
                "link": settings.BASE_URL + _page(export.school, of_board=kind.of_board and user == export.asked_by),
            },
        )


def _page(school: School, *, of_board: bool) -> str:
    name, args = ("accounts:board-exports", [school.board, school]) if of_board else ("accounts:exports", [school])
    return reverse(name, urlconf=settings.ROOT_URLCONF, args=args)


def _watch(export: Export) -> None:
    """Raise an alert where one account takes more than 5,000 rows away in a day, at all schools together (SR-E06)."""
    # Two lists of one account that are made at this moment see each other's rows.
    User.objects.select_for_update(no_key=True).get(pk=export.asked_by_id)
    with unscoped("rows that one account exports in a day"):
        mine = Export.objects.get_queryset().filter(asked_by=export.asked_by_id)
        rows = mine.filter(asked_at__gt=Now() - timedelta(days=1)).aggregate(all=Sum("rows"))["all"] or 0
    if rows > MANY_ROWS_A_DAY:
        raise_alert(EXPORTS, facts={"rows": rows, "accounts": [str(export.asked_by_id)]})
