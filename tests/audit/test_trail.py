"""The audit trail: written with the act, never changed, and verifiable."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
import pytest
from django.db import connection, connections, transaction
from django.db.utils import DatabaseError, ProgrammingError
from django.utils import timezone

from accounts import events
from basispoort.audit import chain, trail
from basispoort.audit.events import UnknownEvent
from basispoort.audit.models import AuditEntry, AuditHead
from basispoort.lib.tenancy import school_scope, school_transaction, unscoped
from tests import factories

if TYPE_CHECKING:
    from pathlib import Path

    from schools.models import School

FORGERIES = {
    "changed": ("UPDATE audit_auditentry SET event = 'accounts.signed_out' WHERE id = %s", "the entry was changed"),
    "as another": (
        "UPDATE audit_auditentry SET shown_id = gen_random_uuid() WHERE id = %s",
        "the entry was changed",
    ),
    "removed": ("DELETE FROM audit_auditentry WHERE id = %s", "the entry is gone"),
    "unsealed": ("DELETE FROM audit_auditseal WHERE entry_id = %s", "a row is missing before it"),
    "moved": ("UPDATE audit_auditseal SET number = number + 10 WHERE entry_id = %s", "a row is missing before it"),
}


def write(school: School | None, number: int = 1) -> list[str]:
    with transaction.atomic():
        return [str(trail.record(events.SIGNED_IN, school=school, acting_user=None)) for _ in range(number)]


def forge(statement: str, entry: str) -> None:
    """Do what only somebody with the owner's rights and no scruples can."""
    with psycopg.connect(**connections["owner"].get_connection_params()) as owner, owner.cursor() as cursor:
        for table in ("audit_auditentry", "audit_auditseal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER append_only")
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        cursor.execute(statement, [entry])
        for table in ("audit_auditentry", "audit_auditseal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER append_only")
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


@pytest.mark.requirement("SR-J02")
@pytest.mark.django_db(transaction=True)
def test_act_that_is_rolled_back_leaves_no_entry() -> None:
    with transaction.atomic():
        trail.record(events.SIGNED_IN, school=None, acting_user=None)
        transaction.set_rollback(True)

    with unscoped("a test counts"):
        assert AuditEntry.objects.count() == 0


@pytest.mark.django_db
def test_event_that_nobody_named_is_refused() -> None:
    with pytest.raises(UnknownEvent):
        trail.record("accounts.invented", school=None, acting_user=None)


@pytest.mark.requirement("SR-J03")
@pytest.mark.parametrize("statement", ["UPDATE {} SET event = ''", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.django_db
def test_portal_cannot_change_the_trail(statement: str) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format("audit_auditentry"))


@pytest.mark.requirement("SR-J03")
@pytest.mark.parametrize("statement", ["UPDATE {} SET event = ''", "DELETE FROM {}", "TRUNCATE {}"])
@pytest.mark.django_db
def test_not_even_the_owner_can_change_the_trail(statement: str) -> None:
    with (
        psycopg.connect(**connections["owner"].get_connection_params()) as owner,
        owner.cursor() as cursor,
        pytest.raises(psycopg.errors.RaiseException, match="append-only"),
    ):
        cursor.execute(statement.format("audit_auditentry"))


@pytest.mark.requirement("SR-B07")
@pytest.mark.requirement("SR-J02")
def test_who_looks_along_and_as_whom_both_stand_in_the_entry(school: School) -> None:
    really, shown = factories.make_user(), factories.make_user()

    with school_scope(school):
        with trail.looking_along(really.pk, "helpdesk"):
            trail.record(events.GROUP_VIEWED, school=school, acting_user=shown)
        trail.record(events.GROUP_VIEWED, school=school, acting_user=shown)

        rows = AuditEntry.objects.for_school(school).order_by("at")
        assert [(row.actor_id, row.actor_role, row.shown_id) for row in rows] == [
            (really.pk, "helpdesk", shown.pk),
            (shown.pk, "", None),
        ]


@pytest.mark.requirement("SR-J03")
@pytest.mark.django_db(transaction=True)
def test_entry_of_who_looked_along_is_sealed_with_it() -> None:
    school, really, shown = factories.make_school(), factories.make_user(), factories.make_user()
    with school_transaction(school), trail.looking_along(really.pk, "helpdesk"):
        entry = str(trail.record(events.GROUP_VIEWED, school=school, acting_user=shown))
    chain.seal()
    whole = list(chain.verify())

    forge("UPDATE audit_auditentry SET shown_id = NULL WHERE id = %s", entry)

    assert (whole, [item.reason for item in chain.verify()]) == ([], ["the entry was changed"])


def test_school_reads_its_own_entries_only(school: School, other_school: School) -> None:
    with school_scope(school):
        ours = write(school)
    with school_scope(other_school):
        write(other_school)

    with school_scope(school):
        assert [str(entry.id) for entry in AuditEntry.objects.for_schools([school, other_school])] == ours


def test_entry_for_a_school_out_of_scope_is_refused(school: School) -> None:
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        trail.record(events.SIGNED_IN, school=school, acting_user=None)


@pytest.mark.requirement("SR-J03")
def test_untouched_trail_verifies(school: School) -> None:
    with school_scope(school):
        write(school, 3)
    write(None, 2)

    assert chain.seal() == 5
    assert list(chain.verify()) == []
    assert chain.seal() == 0


@pytest.mark.requirement("SR-J03")
@pytest.mark.parametrize("kind", FORGERIES)
@pytest.mark.django_db(transaction=True)
def test_forged_row_is_named(kind: str) -> None:
    school = factories.make_school()
    with school_scope(school):
        entries = write(school, 5)
    chain.seal()
    statement, reason = FORGERIES[kind]

    forge(statement, entries[2])
    breaks = list(chain.verify())

    assert [item.reason for item in breaks] == [reason]
    assert breaks[0].chain == school.pk


@pytest.mark.requirement("SR-J03")
@pytest.mark.django_db(transaction=True)
def test_tail_cut_off_after_a_signed_head_is_found(heads: Path) -> None:  # noqa: ARG001 - where the copy goes
    entries = write(None, 3)
    chain.seal()
    chain.sign_head(timezone.localdate())

    forge("DELETE FROM audit_auditseal WHERE entry_id = %s", entries[2])
    forge("DELETE FROM audit_auditentry WHERE id = %s", entries[2])

    assert [item.reason for item in chain.verify()] == ["differs from the signed head"]


@pytest.mark.requirement("SR-J03")
@pytest.mark.django_db(transaction=True)
def test_head_is_signed_once_a_day_with_a_copy_outside_the_database(heads: Path) -> None:
    write(None)
    chain.seal()
    today = timezone.localdate()

    first, second = chain.sign_head(today), chain.sign_head(today)

    assert first is not None
    assert second is None
    assert AuditHead.objects.count() == 1
    assert [path.name for path in heads.iterdir()] == [f"{today.isoformat()}.json"]
