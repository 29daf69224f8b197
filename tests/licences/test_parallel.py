"""What many at once may not do: use a code twice, take a seat that is not there, switch on twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from allauth.idp.oidc.models import Token
from django.db import connections
from django.test import Client

from basispoort.lib.tenancy import school_transaction
from licences.actions.assign import LicenceExhausted, assign
from licences.models import DataSharing
from licences.seats import pupils_of
from tests import factories
from tests.licences.factories import make_licence, make_material, make_participant, share
from tests.licences.relying_party import RelyingParty, click, query_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts.models import User
    from licences.models import LearningMaterial
    from schools.models import School

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(times: int, action: Callable[[int], Any]) -> list[Any]:
    """Do something many times at the same moment, each on a connection of its own."""

    def one(number: int) -> Any:
        try:
            return action(number)
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(max_workers=times) as pool:
        return list(pool.map(one, range(times)))


@pytest.mark.requirement("SR-F03")
def test_twenty_exchanges_at_once_give_one_token(browser: Client, material: LearningMaterial) -> None:
    party = RelyingParty(material.participant)
    code = query_of(party.authorise(browser, click(browser, material)))["code"]

    answers = at_once(20, lambda _number: party.exchange(Client(), code).status_code)

    assert sorted(answers) == [200] + [400] * 19
    assert Token.objects.count() <= 1


def test_seats_are_never_over_assigned_by_many_at_once(agreed: School, coordinator: User) -> None:
    licence = make_licence(agreed, make_material(), seats=10)
    groups = [factories.make_group(agreed) for _ in range(6)]
    for group in groups:
        for _ in range(3):
            factories.make_pupil(agreed, group)

    def give(number: int) -> bool:
        try:
            with school_transaction(agreed):
                assign(licence=licence, acting_user=coordinator, groups=[groups[number]])
        except LicenceExhausted:
            return False
        return True

    given = at_once(6, give)

    with school_transaction(agreed):
        used = len(pupils_of(agreed, [licence.pk])[licence.pk])
    assert sum(given) == 3
    assert used == 9


def test_two_clicks_switch_on_once(agreed: School, coordinator: User) -> None:
    participant = make_participant()

    at_once(4, lambda _number: share(agreed, participant, coordinator))

    with school_transaction(agreed):
        assert DataSharing.objects.for_school(agreed).count() == 1
