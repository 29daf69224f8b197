"""The way of a delivery: received, read by a worker, applied or withdrawn; each step one transaction."""

from __future__ import annotations

import logging
import zlib
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from kombu.exceptions import OperationalError

from basispoort.audit import trail
from basispoort.lib.fields import Sealed
from basispoort.lib.jobs import MAXIMUM_ATTEMPTS
from basispoort.lib.tenancy import school_transaction, unscoped
from schools import events
from schools.actions.apply import finish_applied, lock_roster
from schools.actions.compare import difference_at
from schools.edexml.reader import RosterRefused, check_school, read_roster
from schools.models import RosterDelivery, School
from schools.roster.packing import pack
from schools.roster.problems import DeliveryProblem

if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

    from django.contrib.auth.base_user import AbstractBaseUser
    from kombu import Connection

    from schools.edexml.problems import Problem
    from schools.edexml.roster import Roster

logger = logging.getLogger(__name__)
State = RosterDelivery.State
OPEN = (State.RECEIVED, State.READ)
KEPT_DAYS = 7
EMPTY = zlib.compress(b"")


class DeliveryOpen(Exception):
    """Another delivery of this school has not ended yet."""


class SchoolNotInService(Exception):
    """The portal does not work for this school now, so it takes no roster."""


class NotOpen(Exception):
    """The delivery is not, or no longer, waiting for this act."""


def receive_delivery(*, school: School, content: bytes, acting_user: AbstractBaseUser) -> RosterDelivery:
    """Keep an uploaded file, compressed, encrypted and unread, and wake a worker after the commit.

    Raises SchoolNotInService, or DeliveryOpen when one is under way: a second click makes no second delivery.
    """
    if not school.is_in_service_on(timezone.localdate()):
        raise SchoolNotInService
    delivery = RosterDelivery(
        school=school,
        channel=RosterDelivery.Channel.EDEXML,
        uploaded_by_id=acting_user.pk,
        size=len(content),
        content=zlib.compress(content, 1),
    )
    try:
        with transaction.atomic():
            delivery.save(force_insert=True)
    except IntegrityError as error:
        if "one_open_delivery_a_school" not in str(error):
            raise
        raise DeliveryOpen from None
    trail.record(
        events.DELIVERY_RECEIVED,
        school=school,
        acting_user=acting_user,
        target=delivery,
        details={"bytes": len(content)},
    )
    transaction.on_commit(partial(wake, school.pk, delivery.pk))
    return delivery


def wake(school_id: int, delivery_id: UUID, *, connection: Connection | None = None) -> bool:
    """Tell a worker that there is work, through the usual broker or the one given; False when it is away.

    Without a queue the delivery waits for the sweeper, and nothing is lost.
    """
    from schools.tasks import read_delivery as task  # noqa: PLC0415 - the task calls the action below

    try:
        task.apply_async((school_id, str(delivery_id)), retry=False, connection=connection)  # type: ignore[call-arg]  # the stubs leave it out
    except OperationalError:
        logger.warning("The queue is away; delivery %s waits for the sweeper.", delivery_id)
        return False
    return True


def read_delivery(*, school_id: int, delivery_id: UUID) -> str:
    """Read a delivery's file and keep what it holds; give the state it came in, or "" when it was not ours to read.

    Refuses the file with all problems, or leaves it to be looked at; a file that changes nothing is applied at once.
    A worker whose claim was taken over writes nothing. Running it twice equals running it once.
    """
    with school_transaction(school_id):
        rows = RosterDelivery.objects.for_school(school_id)
        fence = RosterDelivery.claim(rows, delivery_id)
        if fence is None:
            return ""
        delivery = rows.select_related("school").get(pk=delivery_id)
    school = delivery.school
    try:
        roster = read_roster(zlib.decompress(delivery.content or EMPTY, bufsize=delivery.size + 1))
        check_school(roster, school.brin or None, school.location or "00", school.school_key or None)
        with school_transaction(school_id):
            return _keep_reading(delivery, fence, roster)
    except RosterRefused as refused:
        with school_transaction(school_id):
            return _refuse(delivery, fence, refused.problems)


def _write(delivery: RosterDelivery, fence: int, **values: Any) -> bool:  # noqa: ANN401 - columns of many kinds
    """Write to a delivery that is still ours; False when another worker has taken it over."""
    rows = RosterDelivery.objects.for_school(delivery.school_id).filter(pk=delivery.pk, fence=fence)
    return bool(rows.filter(state=State.RECEIVED).update(lease_until=None, **values))


def _keep_reading(delivery: RosterDelivery, fence: int, roster: Roster) -> str:
    school = delivery.school
    lock_roster(school)
    difference = difference_at(school=school, roster=roster, namespace=delivery.pk)
    counts = {
        "pupils": len(roster.pupils),
        "groups": len(roster.groups),
        "staff": len(roster.staff),
        "leavers": roster.leavers,
        "pupils_without_eck_id": roster.pupils_without_eck_id,
    } | difference.counts()
    kept: dict[str, Any] = {"counts": counts, "problems": [one.to_json() for one in roster.warnings], "content": None}
    kept["difference_digest"] = difference.digest
    if difference.is_empty:
        ended = {"state": State.APPLIED, "finished_at": Now(), "reading": None}
        if not _write(delivery, fence, **kept, **ended):
            return ""
        finish_applied(school=school, delivery=delivery, difference=difference, acting_user=None)
        return State.APPLIED
    field = RosterDelivery._meta.get_field("reading")
    reading = Sealed(field.seal(delivery.pk, pack(roster)))
    return State.READ if _write(delivery, fence, **kept, state=State.READ, reading=reading) else ""


def _refuse(delivery: RosterDelivery, fence: int, problems: tuple[Problem, ...]) -> str:
    told = [one.to_json() for one in problems]
    ended = {"state": State.REFUSED, "problems": told, "content": None, "reading": None, "finished_at": Now()}
    if not _write(delivery, fence, **ended):
        return ""
    trail.record(
        events.DELIVERY_REFUSED,
        school=delivery.school_id,
        acting_user=None,
        target=delivery,
        outcome="refused",
        details={"codes": sorted({one.code for one in problems})},
    )
    return State.REFUSED


def withdraw_delivery(*, school: School, delivery: RosterDelivery, acting_user: AbstractBaseUser) -> None:
    """End an open delivery without applying it, and erase its file. Raises NotOpen when it ended already."""
    if not _end(school.pk, delivery.pk, OPEN, State.WITHDRAWN):
        raise NotOpen
    trail.record(events.DELIVERY_WITHDRAWN, school=school, acting_user=acting_user, target=delivery)


def _end(school_id: int, delivery_id: UUID, states: tuple[str, ...], state: str, problem: str = "") -> bool:
    values: dict[str, Any] = {"problems": [DeliveryProblem(problem).to_json()]} if problem else {}
    rows = RosterDelivery.objects.for_school(school_id).filter(pk=delivery_id, state__in=states)
    return bool(rows.update(state=state, content=None, reading=None, finished_at=Now(), lease_until=None, **values))


def sweep_deliveries() -> dict[str, int]:
    """Wake deliveries that nobody reads, fail those broken off three times, and end those older than seven days.

    One sweeper at a time. Gives the number of each.
    """
    done = {"woken": 0, "failed": 0, "expired": 0}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('schools.sweep_deliveries', 0))")
        row = cursor.fetchone()
        if row is None or not row[0]:
            return done
        with unscoped("find deliveries that wait"):
            lost = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
            old = RosterDelivery.objects.get_queryset().filter(
                state__in=OPEN, received_at__lt=Now() - timedelta(days=KEPT_DAYS)
            )
            expired = list(old.values_list("school_id", "pk"))
            waiting = RosterDelivery.objects.get_queryset().filter(lost, state=State.RECEIVED)
            spent = list(waiting.filter(attempts__gte=MAXIMUM_ATTEMPTS).values_list("school_id", "pk"))
            due = list(waiting.filter(attempts__lt=MAXIMUM_ATTEMPTS).values_list("school_id", "pk"))
    for school_id, pk in expired:
        done["expired"] += _end_unasked(school_id, pk, State.REFUSED, "expired")
    for school_id, pk in spent:
        done["failed"] += _end_unasked(school_id, pk, State.FAILED, "failed")
    gone = {pk for _, pk in expired}
    for school_id, pk in due:
        if pk not in gone:
            done["woken"] += wake(school_id, pk)
    return done


def _end_unasked(school_id: int, delivery_id: UUID, state: str, problem: str) -> bool:
    with school_transaction(school_id):
        if not _end(school_id, delivery_id, OPEN, state, problem):
            return False
        delivery = RosterDelivery.objects.for_school(school_id).get(pk=delivery_id)
        trail.record(
            events.DELIVERY_REFUSED,
            school=school_id,
            acting_user=None,
            target=delivery,
            outcome=state,
            details={"codes": [problem]},
        )
    if state == State.FAILED:
        logger.error("Delivery %s was broken off three times.", delivery_id)
    return True
