"""What a launch asks of the database: the same, however much the school has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.test.utils import CaptureQueriesContext

from basispoort.lib.tenancy import school_transaction
from licences.models import LearningMaterial, Licence
from tests import factories
from tests.licences.factories import make_ready
from tests.licences.relying_party import RelyingParty, click, query_of

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from schools.models import Group, Pupil, School


def statements_of_a_launch(browser: Client, machine: Client, material: LearningMaterial) -> list[int]:
    """Count the statements of each step of a launch."""
    fresh = LearningMaterial.objects.with_participants().get(pk=material.pk)
    party, counts, answers = RelyingParty(fresh.participant), [], []

    with CaptureQueriesContext(connection) as asked:
        hint = click(browser, fresh)
        counts.append(len(asked))
        code = query_of(party.authorise(browser, hint))["code"]
        counts.append(len(asked))
        token = party.exchange(machine, code).json()["access_token"]
        counts.append(len(asked))
        answers.append(party.userinfo(machine, token).status_code)
        counts.append(len(asked))

    assert answers == [200]
    return [after - before for before, after in zip([0, *counts], counts, strict=False)]


def test_launch_takes_the_same_statements_for_one_material_and_for_three(
    browser: Client, machine: Client, agreed: School, group: Group, pupil: Pupil, coordinator: User
) -> None:
    material = make_ready(agreed, group, coordinator)
    statements_of_a_launch(browser, machine, material)  # the first makes the pseudonym

    one = statements_of_a_launch(browser, machine, material)
    for _ in range(2):
        make_ready(agreed, group, coordinator)
        factories.make_pupil(agreed, group)
    three = statements_of_a_launch(browser, machine, material)

    assert pupil.home_group_id == group.pk
    assert three == one
    assert sum(one) <= 72  # the savepoints of the test itself are among them


def test_launch_with_seats_takes_the_same_statements_for_one_pupil_and_for_three(
    browser: Client, machine: Client, agreed: School, group: Group, pupil: Pupil, coordinator: User
) -> None:
    material = make_ready(agreed, group, coordinator)
    with school_transaction(agreed):
        Licence.objects.for_school(agreed).update(seats=10)
    statements_of_a_launch(browser, machine, material)

    one = statements_of_a_launch(browser, machine, material)
    for _ in range(2):
        factories.make_pupil(agreed, group)
    three = statements_of_a_launch(browser, machine, material)

    assert pupil.home_group_id == group.pk
    assert three == one
