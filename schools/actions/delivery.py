"""The way of a delivery: received, read by a worker, applied or withdrawn; each step one transaction."""

from __future__ import annotations

import logging
import zlib
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from basispoort.audit import trail
from basispoort.lib.jobs import MAXIMUM_ATTEMPTS
from basispoort.lib.queues import wake, wake_after_commit
from basispoort.lib.tenancy import school_transaction, unscoped
from schools import events
from schools.actions import delivery_rows
from schools.actions.apply import lock_roster, tell_applied, try_lock_roster, write_roster
from schools.actions.compare import digest_of_file, foresee
from schools.edexml.reader import RosterRefused, check_school, read_roster
from schools.models import RosterDelivery, RosterState, School
from schools.roster.difference import nothing_changed
from schools.roster.packing import pack
from schools.roster.problems import DeliveryProblem

if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

    from celery import Task
    from django.contrib.auth.base_user import AbstractBaseUser

    from schools.actions.delivery_rows import Claimed
    from schools.edexml.problems import Problem
    from schools.edexml.roster import Roster
    from schools.roster.packing import Packed

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
        received_at=timezone.now(),
    )
    if not delivery_rows.insert(delivery):
        raise DeliveryOpen
    trail.record(
        events.DELIVERY_RECEIVED,
        school=school,
        acting_user=acting_user,
        target=delivery,
        details={"bytes": len(content)},
    )
    wake_after_commit(_reading(), school.pk, delivery.pk)
    return delivery


def _reading() -> Task[..., object]:
    from schools.tasks import read_delivery as task  # noqa: PLC0415 - the task calls the action below

    return task


def read_delivery(*, school_id: int, delivery_id: UUID) -> str:
    """Read a delivery's file and keep what it holds; give the state it came in, or "" when it was not ours to read.

    Refuses the file with all problems, or leaves it to be looked at; a file that changes nothing is applied at once.
    A worker whose claim was taken over writes nothing. Running it twice equals running it once.
    """
    with school_transaction(school_id):
        claimed = delivery_rows.claim(school_id, delivery_id)
    # From here on the attempt counts, however it ends.
    if claimed is None:
        return ""
    delivery, school = claimed.delivery, claimed.school
    file = zlib.decompress(delivery.content or EMPTY, bufsize=delivery.size + 1)
    file_digest = digest_of_file(school=school, file=file)
    if file_digest == claimed.last_file:
        with school_transaction(school_id):
            if _recognise(claimed, file_digest):
                return State.APPLIED
    try:
        roster = read_roster(file)
        check_school(roster, school.brin or None, school.location or "00", school.school_key or None)
        packed = pack(roster, file_digest=file_digest)
        with school_transaction(school_id):
            return _keep_reading(claimed, roster, packed)
    except RosterRefused as refused:
        with school_transaction(school_id):
            return _refuse(claimed, refused.problems)


def _recognise(claimed: Claimed, file_digest: bytes) -> bool:
    """End a delivery whose file is, byte for byte, the one that the roster still equals; False when it is not so.

    Those bytes were read and found sound by these very rules, so reading them again could not end otherwise.
    """
    school = claimed.school
    if not try_lock_roster(school) or (told := RosterState.recognise(school, file_digest)) is None:
        return False
    difference = nothing_changed(told["counts"]["pupils"], told["counts"]["staff"])
    written = delivery_rows.settle(
        claimed,
        state=State.APPLIED,
        counts=told["counts"] | difference.counts(),
        problems=told["problems"],
        digest=difference.digest,
    )
    if written:
        tell_applied(school=school, delivery=claimed.delivery, difference=difference, acting_user=None)
    return written


def _keep_reading(claimed: Claimed, roster: Roster, packed: Packed) -> str:
    delivery, school = claimed.delivery, claimed.school
    lock_roster(school)
    foreseen = foresee(school=school, roster=roster, packed=packed, namespace=delivery.pk)
    difference = foreseen.difference
    ends = difference is not None and difference.is_empty
    counts = {
        "pupils": len(roster.pupils),
        "groups": len(roster.groups),
        "staff": len(roster.staff),
        "leavers": roster.leavers,
        "pupils_without_eck_id": roster.pupils_without_eck_id,
    } | foreseen.counts
    problems = [one.to_json() for one in roster.warnings]
    written = delivery_rows.settle(
        claimed,
        state=State.APPLIED if ends else State.READ,
        counts=counts,
        problems=problems,
        digest=foreseen.digest,
        reading=None if ends else packed.compressed(),
    )
    if not written:
        return ""
    if difference is None or not ends:
        return State.READ
    if not foreseen.known:
        write_roster(school=school, difference=difference, packed=packed, counts=counts, problems=problems)
    tell_applied(school=school, delivery=delivery, difference=difference, acting_user=None)
    return State.APPLIED


def _refuse(claimed: Claimed, problems: tuple[Problem, ...]) -> str:
    told = [one.to_json() for one in problems]
    if not delivery_rows.settle(claimed, state=State.REFUSED, counts={}, problems=told):
        return ""
    trail.record(
        events.DELIVERY_REFUSED,
        school=claimed.school.pk,
        acting_user=None,
        target=claimed.delivery,
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
            done["woken"] += wake(_reading(), school_id, pk)
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
