"""What many at once may not do: use a code twice, take a seat that is not there, switch on twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from allauth.idp.oidc.models import Token
from django.test import Client
from django.utils import timezone

from basispoort.lib.tenancy import school_transaction
from licences.actions.assign import LicenceExhausted, assign
from licences.models import DataSharing, Disclosure, Licence, Pseudonym
from licences.seats import pupils_of
from tests import factories
from tests.at_once import many_at_once
from tests.conftest import PortalClient
from tests.licences.factories import make_licence, make_material, make_participant, share
from tests.licences.relying_party import RelyingParty, click, query_of

if TYPE_CHECKING:
    from accounts.models import User
    from licences.models import LearningMaterial
    from schools.models import Pupil, School

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.requirement("SR-F03")
def test_twenty_exchanges_at_once_give_one_token(browser: Client, material: LearningMaterial) -> None:
    party = RelyingParty(material.participant)
    code = query_of(party.authorise(browser, click(browser, material)))["code"]

    answers = many_at_once(20, lambda _number: party.exchange(Client(), code).status_code)

    assert sorted(answers) == [200] + [400] * 19
    assert Token.objects.count() <= 1


@pytest.mark.requirement("SR-F05")
def test_twenty_launches_of_one_tile_at_once_all_work_and_make_one_pseudonym(
    browser: Client, material: LearningMaterial, pupil: Pupil, agreed: School
) -> None:
    def launch(_number: int) -> tuple[int, str]:
        own = Client()
        own.cookies.update(browser.cookies)
        party = RelyingParty(material.participant)
        code = query_of(party.authorise(own, click(own, material)))["code"]
        answer = party.userinfo(Client(), party.exchange(Client(), code).json()["access_token"])
        return answer.status_code, answer.json()["sub"]

    answers = many_at_once(20, launch)

    with school_transaction(agreed):
        made = list(Pseudonym.objects.for_school(agreed).filter(pupil=pupil))
        left = Disclosure.objects.for_school(agreed).filter(pupil_number=pupil.pk).count()
    assert answers == [(200, made[0].sub)] * 20
    assert (len(made), left) == (1, 40)


def test_one_launch_that_is_used_twenty_times_at_once_opens_once(browser: Client, material: LearningMaterial) -> None:
    hint = click(browser, material)

    def authorise(_number: int) -> int:
        own = Client()
        own.cookies.update(browser.cookies)
        return int(RelyingParty(material.participant).authorise(own, hint).status_code)

    assert sorted(many_at_once(20, authorise)) == [302] + [403] * 19


def test_seats_are_never_over_assigned_by_many_many_at_once(agreed: School, coordinator: User) -> None:
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

    given = many_at_once(6, give)

    with school_transaction(agreed):
        used = len(pupils_of(agreed, [licence.pk])[licence.pk])
    assert sum(given) == 3
    assert used == 9


def test_two_clicks_switch_on_once(agreed: School, coordinator: User) -> None:
    participant = make_participant()

    many_at_once(4, lambda _number: share(agreed, participant, coordinator))

    with school_transaction(agreed):
        assert DataSharing.objects.for_school(agreed).count() == 1


def test_form_of_a_licence_that_is_sent_three_times_at_once_makes_one_licence(
    agreed: School, coordinator: User
) -> None:
    material = make_material()
    address = f"/school/{agreed.code}/licenties/nieuw/"
    browsers = [PortalClient() for _ in range(3)]
    for browser in browsers:
        browser.force_login(coordinator)
    page: Any = browsers[0].get(address)
    number = page.context["form"]["number"].value()
    form = {"material": material.pk, "valid_from": timezone.localdate().isoformat(), "number": str(number)}

    statuses = many_at_once(3, lambda one: browsers[one].post(address, form).status_code)

    with school_transaction(agreed):
        assert Licence.objects.for_school(agreed).filter(material=material).count() == 1
    assert statuses == [302, 302, 302]
