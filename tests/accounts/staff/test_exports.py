"""Lists by job: with a reason, made once, fetched once, by who asked (SR-E05, SR-E06)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils import timezone

from accounts.actions.exports import MANY_ROWS_A_DAY, NotToBeFetched, fetch_export, make_export, sweep_exports
from accounts.models import Export, ExportState
from basispoort.audit import looks
from basispoort.audit.models import Alert, AuditEntry
from basispoort.lib.models import OutgoingMail
from basispoort.lib.proof import PROVED
from basispoort.lib.tenancy import school_transaction, unscoped
from tests import factories
from tests.at_once import many_at_once
from tests.conftest import PortalClient

if TYPE_CHECKING:
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from accounts.models import User
    from schools.models import School

pytestmark = pytest.mark.requirement("SR-E06")
HOME = "/school/99XX00"


@pytest.fixture
def at_work(client: Client, coordinator: User) -> Client:
    """The coordinator's browser."""
    client.force_login(coordinator)
    return client


def ask(client: Client, path: str = "medewerkers/lijst/", reason: str = "board") -> Any:
    return client.post(f"{HOME}/{path}", {"reason": reason})


def exports(school: School) -> list[Export]:
    with school_transaction(school):
        return list(Export.objects.for_school(school).order_by("asked_at"))


def made(school: School) -> Export:
    """Make the one list that waits, and give it."""
    (waiting,) = [one for one in exports(school) if one.state == ExportState.WAITING]
    make_export(school_id=school.pk, export_id=waiting.pk)
    return next(one for one in exports(school) if one.pk == waiting.pk)


def fetch(client: Client, export: Export) -> Any:
    return client.post(f"{HOME}/lijsten/{export.pk}/")


def change(export: Export, **values: Any) -> None:
    with school_transaction(export.school_id):
        Export.objects.for_school(export.school_id).filter(pk=export.pk).update(**values)


def details(school: School, event: str) -> list[dict[str, Any]]:
    with school_transaction(school):
        return [row.details for row in AuditEntry.objects.for_school(school).filter(event=event)]


def test_list_is_made_by_a_worker_and_fetched_once(at_work: Client, school: School) -> None:
    answer = ask(at_work)
    before = fetch(at_work, exports(school)[0])
    export = made(school)

    first, second = fetch(at_work, export), fetch(at_work, export)

    assert (answer["Location"], before.status_code) == (f"{HOME}/lijsten/", 302)
    assert first["Content-Disposition"] == 'attachment; filename="medewerkers-99XX00.csv"'
    assert first["Cache-Control"] == "no-store"
    assert first.content.decode("utf-8-sig").count("\r\n") == 2  # the head and the coordinator
    assert second.status_code == 302
    assert [(one.state, one.content) for one in exports(school)] == [(ExportState.FETCHED, None)]


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_does_not_use_it_up(at_work: Client, school: School, method: str) -> None:
    ask(at_work)
    export = made(school)

    assert getattr(at_work, method)(f"{HOME}/lijsten/{export.pk}/").status_code == 405
    assert fetch(at_work, export).status_code == 200


@pytest.mark.requirement("SR-E05")
@pytest.mark.parametrize("path", ["medewerkers/lijst/", "logboek/downloaden/"])
def test_file_computes_nothing(at_work: Client, school: School, path: str) -> None:
    bad = factories.make_user(first_name="=HYPERLINK(1)", last_name="Voorbeeld")
    factories.make_role(bad, "teacher", school)
    with school_transaction(school):
        AuditEntry.objects.bulk_create(
            [AuditEntry(event="accounts.group.viewed", school_id=school.pk, actor_id=bad.pk, outcome="done")]
        )
    ask(at_work, path)

    text = fetch(at_work, made(school)).content.decode("utf-8-sig")

    assert '"\'=HYPERLINK(1) Voorbeeld"' in text
    assert all(line.startswith('"') for line in text.splitlines())


def test_reason_choices_and_number_of_rows_stand_in_the_trail(at_work: Client, school: School) -> None:
    ask(at_work, "logboek/downloaden/?since=2020-01-01&event=accounts.export.asked&refused=on", "audit")
    export = made(school)
    fetch(at_work, export)

    asked = details(school, "accounts.export.asked")
    assert [(one["kind"], one["reason"], one["event"], one["refused"]) for one in asked] == [
        ("accounts.trail", "audit", "accounts.export.asked", "True")
    ]
    assert asked[0]["since"].startswith("2020-01-01T00:00")
    assert details(school, "accounts.export.made") == [{"kind": "accounts.trail", "rows": 0}]
    assert details(school, "accounts.trail.exported") == [{"kind": "accounts.trail", "rows": 0}]


def test_trail_is_made_with_what_was_chosen(at_work: Client, school: School) -> None:
    with school_transaction(school):
        AuditEntry.objects.bulk_create(
            [
                AuditEntry(event="accounts.group.viewed", school_id=school.pk, outcome="done"),
                AuditEntry(event="accounts.codes.printed", school_id=school.pk, outcome="done"),
                AuditEntry(
                    event="accounts.group.viewed",
                    school_id=school.pk,
                    outcome="done",
                    at=timezone.now() - timedelta(days=9),
                ),
            ]
        )
    day = (timezone.localdate() - timedelta(days=2)).isoformat()
    ask(at_work, f"logboek/downloaden/?since={day}&event=accounts.group.viewed", "audit")

    assert made(school).rows == 1


@pytest.mark.parametrize("reason", ["", "because"])
def test_list_without_a_reason_is_not_made(at_work: Client, school: School, reason: str) -> None:
    assert ask(at_work, reason=reason)["Location"] == f"{HOME}/medewerkers/"
    assert exports(school) == []


@pytest.mark.requirement("SR-A12")
@pytest.mark.parametrize("path", ["medewerkers/lijst/", "logboek/downloaden/"])
def test_stale_proof_is_asked_for_first(at_work: Client, school: School, path: str) -> None:
    session = at_work.session
    session[PROVED] = 0
    session.save()

    page = ask(at_work, path)

    assert "proof_password" in page.content.decode()
    assert exports(school) == []


def test_second_click_makes_no_second_list(at_work: Client, school: School) -> None:
    ask(at_work)
    ask(at_work)

    assert len(exports(school)) == 1


def test_list_of_somebody_else_is_not_there(at_work: Client, school: School, other_school: School) -> None:
    ask(at_work)
    export = made(school)
    colleague, elsewhere = PortalClient(), PortalClient()
    colleague.force_login(factories.make_coordinator(school))
    elsewhere.force_login(factories.make_coordinator(other_school))

    assert fetch(colleague, export).status_code == 404
    assert str(export.pk) not in colleague.get(f"{HOME}/lijsten/").content.decode()
    assert fetch(elsewhere, export).status_code == 404
    assert elsewhere.post(f"/school/99ZZ00/lijsten/{export.pk}/").status_code == 404


@pytest.mark.requirement("SR-A10")
def test_who_lost_the_right_since_gets_no_list(at_work: Client, school: School, coordinator: User) -> None:
    ask(at_work)
    factories.end_roles(coordinator)

    assert made(school).state == ExportState.REFUSED
    with school_transaction(school):
        assert AuditEntry.objects.for_school(school).get(event="accounts.export.made").outcome == "denied"


def test_who_may_no_longer_have_such_a_list_fetches_none(at_work: Client, school: School, coordinator: User) -> None:
    ask(at_work)
    ready = made(school)
    factories.end_roles(coordinator)
    factories.make_role(coordinator, "head", school)

    answer = fetch(at_work, ready)

    assert (answer.status_code, answer.headers.get("Content-Type", "")[:8]) == (302, "text/htm")
    assert exports(school)[0].state == ExportState.READY


def test_list_can_be_fetched_for_a_day(at_work: Client, school: School) -> None:
    ask(at_work)
    export = made(school)
    assert export.expires_at is not None
    lasts = export.expires_at - timezone.now()
    change(export, expires_at=timezone.now() - timedelta(seconds=1))

    late = fetch(at_work, export)
    swept = sweep_exports()

    assert timedelta(hours=23, minutes=59) < lasts <= timedelta(hours=24)
    assert (late.status_code, swept["over"]) == (302, 1)
    assert [(one.state, one.content) for one in exports(school)] == [(ExportState.OVER, None)]


def test_all_coordinators_and_who_asked_are_mailed_without_a_name_of_the_list(
    at_work: Client, school: School, coordinator: User
) -> None:
    colleague = factories.make_coordinator(school)
    teacher = factories.make_teacher(school, first_name="Verborgen")
    ask(at_work)
    made(school)

    mails = OutgoingMail.objects.filter(purpose="export_made")
    assert {mail.recipient_id for mail in mails} == {coordinator.pk, colleague.pk}
    assert all(teacher.first_name not in str(mail.text) + str(mail.html) for mail in mails)
    assert all("Medewerkers en hun rollen" in str(mail.text) for mail in mails)


@pytest.mark.requirement("SR-L02")
def test_worker_that_dies_halfway_is_followed_by_another_and_the_third_time_it_failed(
    at_work: Client, school: School
) -> None:
    ask(at_work)
    (export,) = exports(school)
    over = timezone.now() - timedelta(seconds=1)
    woken = []
    for _ in range(3):
        with school_transaction(school):
            Export.claim(Export.objects.for_school(school), export.pk)  # as far as a worker came
        change(export, lease_until=over)
        woken.append(sweep_exports()["woken"])

    assert woken == [1, 1, 0]
    assert exports(school)[0].state == ExportState.FAILED
    assert [seen.kind for seen in looks.look_at_jobs()] == [looks.JOBS_FAILED]


@pytest.mark.requirement("SR-L02")
def test_worker_whose_claim_was_taken_over_writes_nothing(at_work: Client, school: School) -> None:
    ask(at_work)
    (export,) = exports(school)
    change(export, lease_until=timezone.now() + timedelta(minutes=2), fence=5)

    assert make_export(school_id=school.pk, export_id=export.pk) == ""
    assert exports(school)[0].state == ExportState.WAITING


@pytest.mark.requirement("SR-L02")
@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_make_one_list_and_one_mail(at_work: Client, school: School) -> None:
    ask(at_work)
    (export,) = exports(school)

    states = many_at_once(2, lambda _number: make_export(school_id=school.pk, export_id=export.pk))

    assert sorted(states) == ["", ExportState.READY]
    assert OutgoingMail.objects.filter(purpose="export_made").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_fetch_at_once_one_gets_it(at_work: Client, school: School, coordinator: User) -> None:
    ask(at_work)
    export = made(school)

    def take(_number: int) -> bool:
        try:
            with school_transaction(school):
                return bool(fetch_export(school=school, export_id=export.pk, acting_user=coordinator)[1])
        except NotToBeFetched:
            return False

    assert sorted(many_at_once(2, take)) == [False, True]


@pytest.mark.requirement("SR-J04")
@pytest.mark.parametrize(("rows", "alerts"), [(MANY_ROWS_A_DAY - 1, 0), (MANY_ROWS_A_DAY, 1)])
def test_more_than_five_thousand_rows_in_a_day_raise_an_alert(
    at_work: Client, school: School, other_school: School, coordinator: User, rows: int, alerts: int
) -> None:
    with school_transaction(other_school):
        Export.objects.create(
            school=other_school, kind="accounts.staff", reason="board", asked_by=coordinator, state="fetched", rows=rows
        )
    ask(at_work)

    assert made(school).rows == 1  # the coordinator
    assert Alert.objects.filter(kind="accounts.exports").count() == alerts


def test_old_rows_are_forgotten_after_thirty_days(at_work: Client, school: School) -> None:
    for days in (29, 31):
        ask(at_work)
        change(made(school), asked_at=timezone.now() - timedelta(days=days))
    young = exports(school)[1]

    assert (sweep_exports()["forgotten"], exports(school)) == (1, [young])


def test_one_of_two_lists_is_fetched_and_the_other_waits(at_work: Client, school: School) -> None:
    ask(at_work)
    staff = made(school)
    ask(at_work, "logboek/downloaden/", "audit")
    trail = made(school)

    got = fetch(at_work, trail)

    assert 'filename="logboek-' in got["Content-Disposition"]
    assert {one.pk: one.state for one in exports(school)} == {
        staff.pk: ExportState.READY,
        trail.pk: ExportState.FETCHED,
    }


def test_nobody_fetches_what_somebody_else_asked_for(at_work: Client, school: School) -> None:
    ask(at_work)
    export, colleague = made(school), factories.make_coordinator(school)

    with school_transaction(school), pytest.raises(NotToBeFetched):
        fetch_export(school=school, export_id=export.pk, acting_user=colleague)


@pytest.mark.requirement("SR-I02")
def test_file_lies_encrypted_in_the_database(at_work: Client, school: School) -> None:
    factories.make_role(factories.make_user(first_name="Grepbaar"), "teacher", school)
    ask(at_work)
    export = made(school)

    with school_transaction(school):
        raw = Export.objects.for_school(school).extra(select={"raw": "content"}).values_list("raw", flat=True).get()
    assert export.content is not None
    assert b"Grepbaar" in bytes(export.content)
    assert b"Grepbaar" not in bytes(raw)


def test_list_of_twelve_thousand_entries_stops_at_five_thousand_lines(at_work: Client, school: School) -> None:
    with school_transaction(school):
        AuditEntry.objects.bulk_create(
            [AuditEntry(event="accounts.group.viewed", school_id=school.pk, outcome="done") for _ in range(12_000)]
        )
    ask(at_work, "logboek/downloaden/", "audit")

    assert made(school).rows == 5_000


def test_page_says_what_to_do_first_and_looks_again_while_a_list_is_made(at_work: Client, school: School) -> None:
    empty = at_work.get(f"{HOME}/lijsten/").content.decode()
    ask(at_work)
    waiting = at_work.get(f"{HOME}/lijsten/").content.decode()
    made(school)
    ready = at_work.get(f"{HOME}/lijsten/", headers={"HX-Request": "true"}).content.decode()

    assert "Nog geen lijsten" in empty
    assert f'href="{HOME}/medewerkers/"' in empty.partition("Nog geen lijsten")[2]
    assert f'href="{HOME}/logboek/"' in empty.partition("Nog geen lijsten")[2]
    assert 'hx-trigger="fetched, every 2s"' in waiting
    assert "Ophalen" in ready
    assert 'hx-trigger="fetched"' in ready
    assert "<html" not in ready


def test_number_of_queries_does_not_depend_on_the_number_of_lists(
    at_work: Client, school: School, queries: CaptureQueriesContext
) -> None:
    counts = []
    for times in (1, 2):
        for _ in range(times):
            ask(at_work)
            made(school)
        at_work.get(f"{HOME}/lijsten/")
        with queries:
            at_work.get(f"{HOME}/lijsten/")
        counts.append(len(queries))

    assert counts[0] == counts[1]
    with unscoped("a test counts"):
        assert Export.objects.get_queryset().count() == 3
