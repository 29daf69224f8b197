"""Overview, tiles and launch give one answer in every state of school, publisher, licence and pupil."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from basispoort.lib.tenancy import school_scope
from licences.actions.access import open_materials, why_not
from licences.models import Assignment, DataSharing, LearningMaterial, Licence, Participant, ParticipantState, Subject
from licences.overview import overview_of
from licences.people import Visitor
from schools.models import GroupKind, Pupil, PupilSubgroup
from tests import factories
from tests.licences.factories import make_licence, make_material, make_participant

if TYPE_CHECKING:
    from datetime import date

    from schools.models import Group, School

SWITCHED = ("off", "on", "ended", "without a pseudonym", "without pupils")
TO = ("home group", "subgroup", "ended subgroup", "one pupil", "newest pupil", "all staff")


@dataclass(frozen=True, slots=True)
class State:
    """One state of all that the decision looks at; as it stands, the material opens for the whole group."""

    in_service: bool = True
    switched: str = "on"
    connected: bool = True
    participant_works: bool = True
    teacher_only: bool = False
    has_address: bool = True
    from_day: int = -1
    until_day: int | None = None
    seats: int | None = None
    to: tuple[str, ...] = ("home group",)


STATES = st.builds(
    State,
    in_service=st.sampled_from([True, True, True, False]),
    switched=st.sampled_from(["on", "on", "on", *SWITCHED]),
    connected=st.sampled_from([True, True, True, False]),
    participant_works=st.sampled_from([True, True, True, False]),
    teacher_only=st.sampled_from([False, False, True]),
    has_address=st.sampled_from([True, True, True, False]),
    from_day=st.integers(-2, 1),
    until_day=st.none() | st.integers(1, 2) | st.integers(-1, 0),
    seats=st.none() | st.integers(1, 4),
    to=st.lists(st.sampled_from(TO), max_size=3, unique=True).map(tuple),
).filter(lambda state: state.until_day is None or state.until_day >= state.from_day)


@dataclass(frozen=True, slots=True)
class Class:
    """A group of three with a subgroup of one, and a second subgroup that has ended."""

    school: School
    group: Group
    subgroup: Group
    ended: Group
    pupils: list[Pupil]
    material: LearningMaterial
    licence: Licence


@pytest.fixture
def room(agreed: School, group: Group) -> Class:
    """The class and a licence of one material."""
    pupils = [factories.make_pupil(agreed, group) for _ in range(3)]
    subgroup = factories.make_group(agreed, kind=GroupKind.SUBGROUP)
    ended = factories.make_group(agreed, kind=GroupKind.SUBGROUP, ended_at=timezone.now())
    with school_scope(agreed):
        for place in (subgroup, ended):
            PupilSubgroup.objects.create(school=agreed, pupil=pupils[1], group=place)
    material = make_material(make_participant())
    return Class(agreed, group, subgroup, ended, pupils, material, make_licence(agreed, material))


def put(room: Class, state: State, today: date) -> tuple[School, LearningMaterial]:
    """Bring everything into a state; give school and material as a new request would read them."""
    school, day = room.school, timedelta(days=1)
    school.in_service_from = today if state.in_service else today + day
    fields = {"pupil": ["pseudonym", "given_name"], "staff": ["pseudonym"]}
    fewer = {"without a pseudonym": ["given_name"], "without pupils": []}
    fields["pupil"] = fewer.get(state.switched, fields["pupil"])
    if state.switched != "off":
        row = DataSharing(school=school, participant=room.material.participant, fields=fields, on_by=room.material.pk)
        row.off_at = timezone.now() + day if state.switched == "ended" else None
        row.save(force_insert=True)
    Participant.objects.filter(pk=room.material.participant_id).update(
        state=ParticipantState.ACTIVE if state.participant_works else ParticipantState.SUSPENDED,
        **({} if state.connected else {"client": None}),
    )
    LearningMaterial.objects.filter(pk=room.material.pk).update(
        teacher_only=state.teacher_only, url=room.material.url if state.has_address else ""
    )
    Licence.objects.for_school(school).filter(pk=room.licence.pk).update(
        valid_from=today + state.from_day * day,
        valid_until=None if state.until_day is None else today + state.until_day * day,
        seats=state.seats,
    )
    given_to: dict[str, dict[str, object]] = {
        "home group": {"group": room.group},
        "subgroup": {"group": room.subgroup},
        "ended subgroup": {"group": room.ended},
        "one pupil": {"pupil": room.pupils[0]},
        "newest pupil": {"pupil": room.pupils[2]},
        "all staff": {"all_staff": True},
    }
    for name in state.to:
        Assignment.objects.create(school=school, licence=room.licence, **given_to[name])
    return school, LearningMaterial.objects.select_related("participant__client").get(pk=room.material.pk)


def answers(room: Class, state: State) -> tuple[list[bool], list[bool], list[bool]]:
    """Give what overview, tiles and launch say of each pupil; everything is as before afterwards."""
    today = timezone.localdate()
    with school_scope(room.school), transaction.atomic():
        school, material = put(room, state, today)
        overview = overview_of(school, room.group, day=today)
        shown = material in overview.materials
        cells = {line.pupil.pk: shown and "mark--yes" in line.cells for line in overview.lines}
        [placed] = overview_of(school, room.subgroup, day=today).lines
        assert (placed.pupil, "mark--yes" in placed.cells) == (room.pupils[1], cells[room.pupils[1].pk])
        visitors = [
            Visitor(school, Subject.PUPIL, pupil=pupil)
            for pupil in Pupil.objects.for_school(school).filter(home_group=room.group).order_by("pk")
        ]
        launches = [why_not(one, material, day=today) is None for one in visitors]
        tiles = [material in open_materials(one, day=today) for one in visitors]
        transaction.set_rollback(True)
    return [cells[pupil.pk] for pupil in room.pupils], tiles, launches


@pytest.mark.requirement("SR-F06")
@examples(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(state=STATES)
def test_overview_tiles_and_launch_agree_in_every_state(room: Class, state: State) -> None:
    in_overview, as_tile, launched = answers(room, state)

    assert (in_overview, as_tile) == (launched, launched)


OPEN = State()


@pytest.mark.requirement("SR-F06")
@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (OPEN, [True, True, True]),
        (replace(OPEN, in_service=False), [False, False, False]),
        (replace(OPEN, switched="off"), [False, False, False]),
        (replace(OPEN, switched="ended"), [False, False, False]),
        (replace(OPEN, switched="without a pseudonym"), [False, False, False]),
        (replace(OPEN, switched="without pupils"), [False, False, False]),
        (replace(OPEN, connected=False), [False, False, False]),
        (replace(OPEN, participant_works=False), [False, False, False]),
        (replace(OPEN, teacher_only=True), [False, False, False]),
        (replace(OPEN, has_address=False), [False, False, False]),
        (replace(OPEN, from_day=1), [False, False, False]),
        (replace(OPEN, from_day=-2, until_day=-1), [False, False, False]),
        (replace(OPEN, until_day=0), [True, True, True]),
        (replace(OPEN, seats=2), [True, True, False]),
        (replace(OPEN, to=()), [False, False, False]),
        (replace(OPEN, to=("all staff",)), [False, False, False]),
        (replace(OPEN, to=("subgroup",)), [False, True, False]),
        (replace(OPEN, to=("ended subgroup",)), [False, False, False]),
        (replace(OPEN, to=("one pupil", "newest pupil"), seats=1), [True, False, False]),
    ],
    ids=str,
)
def test_each_fact_alone_decides_as_it_should(room: Class, state: State, expected: list[bool]) -> None:
    assert answers(room, state) == (expected, expected, expected)
