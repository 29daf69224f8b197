"""Whom an alert is about, and values that do not open (SR-J04, SR-I01)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from celery import shared_task
from django.db import connection

from basispoort.audit.alerts import raise_alert
from basispoort.audit.models import Alert
from basispoort.audit.seals import SEAL_BROKEN
from basispoort.lib.crypto import SealBroken
from tests import factories

if TYPE_CHECKING:
    from django.test import Client

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
