"""Lists are not taken away without end, and two at the same moment count together (SR-E06, SR-J04)."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from accounts import events, exports
from accounts.actions.exports import LISTS_AN_HOUR, ask_export, make_export
from accounts.models import Export, ExportState
from basispoort.audit.models import Alert, AuditEntry
from basispoort.lib.tenancy import school_transaction
from tests import factories
from tests.at_once import at_once

if TYPE_CHECKING:
    from django.test import Client

    from accounts.models import User
    from schools.models import School

pytestmark = pytest.mark.requirement("SR-E06")


def test_eleventh_list_within_the_hour_is_not_made(client: Client, school: School, coordinator: User) -> None:
    with school_transaction(school):
        for _ in range(LISTS_AN_HOUR):
            Export.objects.create(
                school=school, kind=exports.STAFF, reason="board", asked_by=coordinator, state=ExportState.FETCHED
            )
    client.force_login(coordinator)

    page = client.post("/school/99XX00/medewerkers/lijst/", {"reason": "board"}, follow=True).content.decode()

    assert "Wacht even" in page
    with school_transaction(school):
        assert Export.objects.for_school(school).count() == LISTS_AN_HOUR


@pytest.mark.requirement("SR-J04")
@pytest.mark.django_db(transaction=True)
def test_two_long_lists_of_one_account_at_two_schools_at_once_raise_the_alert() -> None:
    schools = [factories.make_school(), factories.make_school()]
    coordinator = factories.make_coordinator(schools[0])
    factories.make_role(coordinator, "ict_coordinator", schools[1])
    asked, made = [], threading.Event()
    for school in schools:
        with school_transaction(school):
            AuditEntry.objects.bulk_create(
                AuditEntry(event=events.GROUP_VIEWED, school_id=school.pk, outcome="done") for _ in range(3000)
            )
            asked.append(
                ask_export(school=school, kind=exports.TRAIL, reason="audit", chosen={}, acting_user=coordinator)
            )

    def first() -> str:
        with school_transaction(schools[0]):
            state = make_export(school_id=schools[0].pk, export_id=asked[0].pk)
            made.set()
            time.sleep(0.5)  # the other one is made, and waits, before this one stands
            return state

    def second() -> str:
        made.wait(20)
        return make_export(school_id=schools[1].pk, export_id=asked[1].pk)

    assert at_once(first, second) == ["ready", "ready"]
    assert Alert.objects.filter(kind="accounts.exports").count() == 1
