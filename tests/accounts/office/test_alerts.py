"""Alerts in the back office: seen, and marked as solved (SR-J04)."""

from __future__ import annotations

import pytest

from accounts.alerts import DENIALS
from accounts.models import RoleName
from basispoort.audit.alerts import raise_alert
from basispoort.audit.models import Alert
from tests.accounts.office.factories import at_office, make_own


@pytest.mark.requirement("SR-J04")
@pytest.mark.parametrize("role", [RoleName.HELPDESK, RoleName.SECURITY_OFFICER])
@pytest.mark.django_db
def test_alert_is_found_in_the_list_and_marked_as_solved(role: str) -> None:
    raise_alert(DENIALS, facts={"accounts": ["een-nummer"]})
    alert = Alert.objects.get()
    own = make_own(role)
    browser = at_office(own)

    listed = browser.get("/kantoor/alert/").content.decode()
    page = browser.get(f"/kantoor/alert/{alert.pk}/").content.decode()
    answer = browser.post(f"/kantoor/alert/{alert.pk}/opgelost/", follow=True).content.decode()

    assert f"/kantoor/alert/{alert.pk}/" in listed
    assert "een-nummer" in page
    assert "De waarschuwing is opgelost." in answer
    alert.refresh_from_db()
    assert alert.resolved_by == own.pk


@pytest.mark.django_db
def test_alert_that_a_colleague_marked_as_solved_stays_the_colleagues() -> None:
    raise_alert(DENIALS)
    alert = Alert.objects.get()
    first = make_own()
    for own in (first, make_own()):
        at_office(own).post(f"/kantoor/alert/{alert.pk}/opgelost/")

    alert.refresh_from_db()
    assert alert.resolved_by == first.pk


@pytest.mark.django_db
def test_alert_is_not_solved_by_looking() -> None:
    raise_alert(DENIALS)
    alert = Alert.objects.get()

    assert at_office(make_own()).get(f"/kantoor/alert/{alert.pk}/opgelost/").status_code == 405
    alert.refresh_from_db()
    assert alert.resolved_at is None


@pytest.mark.django_db
def test_nobody_marks_an_alert_about_the_own_account_as_solved() -> None:
    user = make_own()
    raise_alert("accounts.watching", facts={"accounts": [str(user.pk)]})
    path = f"/kantoor/alert/{Alert.objects.get().pk}/opgelost/"

    page = at_office(user).post(path, follow=True).content.decode()
    own = Alert.objects.get().resolved_at
    at_office(make_own()).post(path)

    assert (own, "gaat over je eigen account" in page) == (None, True)
    assert Alert.objects.get().resolved_at is not None
