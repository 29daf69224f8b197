"""What the tests of licences set up: invented publishers, material, licences and sharing."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from basispoort.lib.tenancy import school_transaction
from licences.actions.assign import assign
from licences.actions.participants import connect_participant
from licences.actions.sharing import fields_to_share, switch_on
from licences.models import LearningMaterial, Licence, Participant, ParticipantField

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import Group, School

SECRET = "invented-secret-of-a-publisher-0123456789"
PUPIL_FIELDS = ("pseudonym", "given_name", "group_name", "role")
STAFF_FIELDS = ("pseudonym", "given_name", "role")
_numbers = itertools.count(1)


def make_participant(*, pupil: tuple[str, ...] = PUPIL_FIELDS, staff: tuple[str, ...] = STAFF_FIELDS) -> Participant:
    """A connected publisher that asks for these fields."""
    number = next(_numbers)
    participant = Participant.objects.create(name=f"Uitgeverij Voorbeeld {number}")
    for subject, keys in (("pupil", pupil), ("staff", staff)):
        for key in keys:
            ParticipantField.objects.create(
                participant=participant, subject=subject, key=key, purpose_nl="Om te tonen.", purpose_en="To show."
            )
    connect_participant(
        participant=participant,
        client_id=f"voorbeeld-{number}",
        secret=SECRET,
        redirect_uris=[f"https://uitgever{number}.example/callback"],
        initiate_login_uri=f"https://uitgever{number}.example/login",
        post_logout_redirect_uris=[f"https://uitgever{number}.example/"],
    )
    return participant


def make_material(participant: Participant | None = None, **values: Any) -> LearningMaterial:
    """A material of a connected publisher."""
    number = next(_numbers)
    owner = participant or make_participant()
    defaults = {"name": f"Rekenen Voorbeeld {number}", "url": f"https://uitgever.example/rekenen/{number}"}
    return LearningMaterial.objects.create(participant=owner, **defaults | values)


def make_licence(school: School, material: LearningMaterial, **values: Any) -> Licence:
    """A licence that runs since yesterday without an end."""
    with school_transaction(school):
        since = timezone.localdate() - timedelta(days=1)
        return Licence.objects.create(school=school, material=material, **{"valid_from": since} | values)


def assign_to(licence: Licence, user: User, *groups: Group, all_staff: bool = False) -> None:
    """Assign a licence to groups."""
    with school_transaction(licence.school_id):
        assign(licence=licence, acting_user=user, groups=groups, all_staff=all_staff)


def share(school: School, participant: Participant, user: User) -> None:
    """Switch a publisher on for a school that accepted the agreement."""
    with school_transaction(school):
        seen = fields_to_share(school, participant, day=timezone.localdate())
        switch_on(school=school, participant=participant, seen=seen, acting_user=user)


def make_ready(school: School, group: Group, user: User, **values: Any) -> LearningMaterial:
    """A material that opens for the pupils and the teacher of a group."""
    material = make_material(**values)
    assign_to(make_licence(school, material), user, group)
    share(school, material.participant, user)
    return material
