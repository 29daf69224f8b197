"""Switching a participant on and off for a school."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from basispoort.audit import trail
from dpa.actions.sharing import sharing_ground
from dpa.release import released_fields
from licences import events
from licences.models import DataSharing, Participant, SharingRequest, Subject
from schools.models import School

if TYPE_CHECKING:
    from datetime import date

    from accounts.models import User


class FieldsChanged(Exception):
    """What would leave is no longer what the reader had before them."""


def fields_to_share(school: School, participant: Participant, *, day: date) -> dict[str, list[str]]:
    """Give what would leave for a participant: what it asks for, cut down to what the agreement names.

    Raises AgreementMissing.
    """
    leaflet = sharing_ground(school, day=day).leaflet
    return {subject.value: list(released_fields(leaflet, participant.requested(subject))) for subject in Subject}


def switch_on(
    *, school: School, participant: Participant, seen: dict[str, list[str]], acting_user: User
) -> DataSharing:
    """Let the fields that the coordinator has seen leave for a participant, from the next request on (product L4).

    A second click gives what is running. Raises AgreementMissing, and FieldsChanged when other fields would leave now
    than those that were on screen.
    """
    with transaction.atomic():
        # The row of the school is the lock: the second of two clicks waits here and then finds the first.
        School.objects.select_for_update(no_key=True).get(pk=school.pk)
        running = DataSharing.objects.for_school(school).running().filter(participant=participant).first()
        if running is not None:
            return running
        fields = fields_to_share(school, participant, day=timezone.localdate())
        if fields != seen:
            raise FieldsChanged
        sharing = DataSharing.objects.create(
            school=school, participant=participant, fields=fields, on_by=acting_user.pk
        )
        SharingRequest.objects.for_school(school).filter(participant=participant).delete()
        details: dict[str, str | list[str]] = {"participant": str(participant.pk), **fields}
        trail.record(events.SHARING_ON, school=school, acting_user=acting_user, target=sharing, details=details)
    return sharing


def switch_off(*, school: School, participant: Participant, acting_user: User) -> bool:
    """Let nothing leave for a participant from the next request on; False when nothing was on."""
    with transaction.atomic():
        running = DataSharing.objects.for_school(school).running().filter(participant=participant)
        sharing = running.select_for_update().first()
        if sharing is None:
            return False
        sharing.off_at, sharing.off_by = timezone.now(), acting_user.pk
        sharing.save(update_fields=["off_at", "off_by"])
        trail.record(
            events.SHARING_OFF,
            school=school,
            acting_user=acting_user,
            target=sharing,
            details={"participant": str(participant.pk)},
        )
    return True


def ask_for_sharing(*, school: School, participant: Participant) -> None:
    """Note that a participant asks a school to share; the school decides (product L4)."""
    SharingRequest.objects.for_school(school).get_or_create(school=school, participant=participant)
