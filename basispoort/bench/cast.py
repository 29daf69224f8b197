"""What the benchmarks of pages set up: a school that agreed, a group, material, and a floor to measure against."""

from __future__ import annotations

import secrets
import statistics
import time
from typing import TYPE_CHECKING, Any

from django.core.management import call_command
from django.http import HttpResponse
from django.utils import timezone

from accounts.models import Role, RoleName, User, UserKind, UserPupil, UserStaff
from basispoort.lib.access import public
from basispoort.lib.tenancy import school_transaction, unscoped
from dpa.actions.accept import accept_agreement, offer_on
from dpa.actions.documents import load_documents
from licences.actions.assign import assign
from licences.actions.participants import connect_participant
from licences.actions.sharing import fields_to_share, switch_on
from licences.models import LearningMaterial, Licence, Participant, ParticipantField
from schools.models import Board, Group, Pupil, School, SchoolState, StaffGroup, StaffMember

if TYPE_CHECKING:
    from collections.abc import Callable

    from basispoort.lib.http import PortalRequest

SECRET = secrets.token_urlsafe(32)
FIELDS = ("pseudonym", "given_name", "group_name", "role")


@public
def bare(request: PortalRequest) -> HttpResponse:
    """Give the least that a signed-in page does: session and user through the whole middleware, one word back."""
    return HttpResponse(f"<p>{request.user.pk}</p>")


def median_seconds(actions: dict[str, Callable[[], Any]], *, times: int, warm: int = 10) -> dict[str, float]:
    """Give the median time of each action, taken in turns so that all have the same weather."""
    taken: dict[str, list[float]] = {name: [] for name in actions}
    for turn in range(warm + times):
        for name, action in actions.items():
            begun = time.perf_counter()
            action()
            if turn >= warm:
                taken[name].append(time.perf_counter() - begun)
    return {name: statistics.median(values) for name, values in taken.items()}


def make_school() -> tuple[School, User]:
    """A school that accepted the agreement today, and its coordinator; new at each run."""
    call_command("collectstatic", interactive=False, verbosity=0)
    load_documents()
    number = secrets.randbelow(90_000) + 10_000
    board = Board.objects.create(number=f"{number}", name="Stichting Meting")
    school = School.objects.create(
        code=f"MEET{number}",
        board=board,
        register_name="De Meting",
        state=SchoolState.ACTIVE,
        in_service_from=timezone.localdate(),
    )
    email = f"meting{secrets.token_hex(6)}@voorbeeldschool.example"
    user = User.objects.create_staff(email=email, first_name="Meting", last_name="Voorbeeld", password=None)
    with unscoped("a benchmark gives a role"):
        Role.objects.create(user=user, role=RoleName.ICT_COORDINATOR, school=school, starts_on=timezone.localdate())
    with school_transaction(school):
        accept_agreement(school=school, acting_user=user, sha256=offer_on(timezone.localdate()).sha256)
    school.refresh_from_db()
    return school, user


def make_group(school: School, pupils: int) -> tuple[Group, list[Pupil]]:
    """A group with so many pupils."""
    with school_transaction(school):
        group = Group.objects.create(school=school, school_year="2026-2027", name="5a", year_group="5")
        made = [
            Pupil(school=school, first_name=f"Proef{one}", last_name="Voorbeeld", year_group="5", home_group=group)
            for one in range(pupils)
        ]
        for pupil in made:
            pupil.save(force_insert=True)
    return group, made


def make_teacher(school: School, group: Group) -> User:
    """The teacher of a group: who looks at its overview most, and needs no second step for it."""
    email = f"meting{secrets.token_hex(6)}@voorbeeldschool.example"
    user = User.objects.create_staff(email=email, first_name="Juf", last_name="Meting", password=None)
    with school_transaction(school):
        member = StaffMember(school=school, first_name="Juf", last_name="Meting")
        member.save(force_insert=True)
        UserStaff.objects.create(user=user, staff_member=member, school=school)
        StaffGroup.objects.create(school=school, staff_member=member, group=group)
    with unscoped("a benchmark gives a role"):
        Role.objects.create(user=user, role=RoleName.TEACHER, school=school, starts_on=timezone.localdate())
    return user


def make_pupil_user(pupil: Pupil) -> User:
    """The account of a pupil."""
    user = User.objects.create(kind=UserKind.PUPIL, first_name=pupil.first_name)
    with school_transaction(pupil.school_id):
        UserPupil.objects.create(user=user, pupil=pupil, school_id=pupil.school_id)
    return user


def make_materials(school: School, group: Group, user: User, number: int) -> list[LearningMaterial]:
    """So many materials of one publisher, licensed, assigned to the group and switched on."""
    name = secrets.token_hex(4)
    participant = Participant.objects.create(name=f"Uitgeverij Meting {name}")
    for key in FIELDS:
        ParticipantField.objects.create(
            participant=participant, subject="pupil", key=key, purpose_nl="Meten.", purpose_en="To measure."
        )
    connect_participant(
        participant=participant,
        client_id=f"meting-{name}",
        secret=SECRET,
        redirect_uris=["https://meting.example/callback"],
        initiate_login_uri="https://meting.example/login",
    )
    with school_transaction(school):
        seen = fields_to_share(school, participant, day=timezone.localdate())
        switch_on(school=school, participant=participant, seen=seen, acting_user=user)
        made = []
        for one in range(number):
            material = LearningMaterial.objects.create(
                participant=participant, name=f"Meting {one}", url="https://meting.example/les/"
            )
            licence = Licence.objects.create(school=school, material=material, valid_from=timezone.localdate())
            assign(licence=licence, acting_user=user, groups=[group])
            made.append(material)
    return made
