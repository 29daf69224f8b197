"""The whole trail, checked while the portal goes on, and held against what stands in the second place (SR-J03)."""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from django.db import connections
from django.utils import timezone

from basispoort.audit import chain
from basispoort.audit.chain import BATCH
from basispoort.audit.models import Alert, AuditEntry
from basispoort.audit.tasks import seal_entries, verify_all
from basispoort.lib.tenancy import unscoped
from tests.audit.test_trail import forge, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.requirement("SR-J03"), pytest.mark.django_db(transaction=True)]


def reasons() -> list[str]:
    return [item.reason for item in chain.verify()]


def take_the_heads_away() -> None:
    with psycopg.connect(**connections["owner"].get_connection_params()) as owner, owner.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_audithead DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM audit_audithead")
        cursor.execute("ALTER TABLE audit_audithead ENABLE TRIGGER USER")


@pytest.fixture
def signed(heads: Path) -> Path:
    """Three entries, sealed and signed; gives the copy."""
    write(None, 3)
    chain.seal()
    chain.sign_head(timezone.localdate())
    (copy,) = heads.iterdir()
    return copy


def test_trail_that_is_whole_agrees_with_its_copy(signed: Path) -> None:
    assert (signed.exists(), reasons()) == (True, [])


def test_tail_that_was_cut_off_with_its_head_is_found_by_the_copy(signed: Path) -> None:
    with unscoped("a test looks"):
        last = AuditEntry.objects.get_queryset().order_by("-at", "-id").first()
    assert last is not None
    forge("DELETE FROM audit_auditseal WHERE entry_id = %s", str(last.pk))
    forge("DELETE FROM audit_auditentry WHERE id = %s", str(last.pk))
    take_the_heads_away()

    assert signed.exists()
    assert reasons() == ["differs from the signed head", "the signed head is gone, its copy is there"]


@pytest.mark.parametrize("what", ["changed", "no json", "no key"])
def test_copy_that_was_changed_or_cannot_be_read_is_told(signed: Path, what: str) -> None:
    copy = json.loads(signed.read_text())
    copy["chains"]["0"][0] = 2
    text = {"changed": json.dumps(copy), "no json": "{", "no key": "{}"}[what]
    signed.write_text(text)

    assert reasons()[-1] in {"the signed head was changed", "the key of the signed head is unknown"}


def test_trail_that_is_written_and_sealed_while_it_is_checked_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    write(None, 3)
    chain.seal()
    real = chain._with_entries

    def work() -> None:
        write(None, 1)
        chain.seal()
        connections.close_all()

    def slowly(seals: Iterator[Any]) -> Iterator[Any]:
        one = threading.Thread(target=work)
        one.start()
        one.join(20)
        return real(seals)

    monkeypatch.setattr(chain, "_with_entries", slowly)

    assert reasons() == []


def test_more_entries_than_a_batch_are_sealed_in_one_minute_and_checked(heads: Path) -> None:  # noqa: ARG001 - a place
    write(None, BATCH + 200)

    assert seal_entries() == BATCH + 200
    assert reasons() == []


def test_old_row_that_is_changed_is_an_alert_the_next_night() -> None:
    entries = write(None, 1)
    chain.seal()
    write(None, 600)
    chain.seal()
    forge("UPDATE audit_auditentry SET event = 'accounts.signed_out' WHERE id = %s", entries[0])

    assert verify_all() == 1
    assert [alert.facts["reason"] for alert in Alert.objects.all()] == ["the entry was changed"]


def test_night_on_which_the_trail_is_whole_alerts_nobody() -> None:
    write(None, 3)
    chain.seal()

    assert (verify_all(), Alert.objects.count()) == (0, 0)
