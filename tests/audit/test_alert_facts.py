"""Whom an alert is about, and values that do not open (SR-J04, SR-I01)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from celery import shared_task
from django.db import connection
from django.db.models.functions import Now

from basispoort.audit.alerts import mail_what_is_due, raise_alert, solve_alert
from basispoort.audit.models import Alert
from basispoort.audit.seals import SEAL_BROKEN
from basispoort.lib.crypto import SealBroken
from basispoort.lib.models import OutgoingMail
from tests import factories

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client
    from pytest_django.fixtures import Settings

    from accounts.models import User

pytestmark = [pytest.mark.requirement("SR-J04"), pytest.mark.django_db]


def test_open_alert_keeps_everybody_it_was_about_and_the_latest_numbers() -> None:
    for account, rows in (("b", 6000), ("a", 5001), ("b", 7000)):
        raise_alert("accounts.exports", facts={"rows": rows, "accounts": [account]})

    alert = Alert.objects.get()
    assert (alert.facts, alert.count) == ({"rows": 7000, "accounts": ["a", "b"]}, 3)


def test_alert_about_nobody_has_no_list_of_accounts() -> None:
    for mails in (3, 2):
        raise_alert("lib.mail_waits", facts={"mails": mails})

    assert Alert.objects.get().facts == {"mails": 2}


@pytest.mark.requirement("SR-I01")
def test_value_that_was_copied_to_another_row_is_an_alert(client: Client, teacher: User) -> None:
    other = factories.make_user()
    client.force_login(teacher)
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        query = "UPDATE accounts_user SET email = (SELECT email FROM accounts_user WHERE id = %s) WHERE id = %s"
        cursor.execute(query, [other.pk, teacher.pk])

    answer = client.get("/account/adres/")

    assert answer.status_code == 500
    assert [alert.kind for alert in Alert.objects.all()] == [SEAL_BROKEN]


@pytest.mark.requirement("SR-I01")
def test_job_that_meets_such_a_value_is_an_alert() -> None:
    @shared_task(name="tests.meets_a_broken_seal")
    def meet() -> None:
        message = "invented"
        raise SealBroken(message)

    meet.apply()

    assert [alert.kind for alert in Alert.objects.all()] == [SEAL_BROKEN]


@pytest.fixture
def mailed(settings: Settings) -> Callable[[], int]:
    """How many mails went to who is on watch."""
    settings.ALERT_ADDRESSES = ["wacht@basispoort.example"]
    return lambda: OutgoingMail.objects.filter(purpose="alert").count()


def hours_go_by(hours: int) -> None:
    Alert.objects.filter(mailed_at__isnull=False).update(mailed_at=Now() - timedelta(hours=hours))


def test_alert_that_opened_within_the_hour_of_another_is_mailed_when_the_hour_is_over(
    mailed: Callable[[], int], coordinator: User
) -> None:
    raise_alert("accounts.exports", facts={"accounts": ["a"]})
    solve_alert(alert=Alert.objects.get(), acting_user=coordinator)
    raise_alert("accounts.exports", facts={"accounts": ["b"]})
    mail_what_is_due()
    within = mailed()
    hours_go_by(3)

    for _ in range(2):
        mail_what_is_due()

    assert (within, mailed()) == (1, 2)


def test_alert_that_is_about_somebody_else_too_is_mailed_once_more(mailed: Callable[[], int]) -> None:
    numbers = []
    for account in ("a", "a", "b", "a"):
        raise_alert("accounts.exports", facts={"accounts": [account]})
        hours_go_by(3)
        numbers.append(mailed())

    assert numbers == [1, 1, 2, 2]
