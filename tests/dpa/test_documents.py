"""Documents are added once and never change."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.utils import ProgrammingError

from dpa.actions import documents
from dpa.actions.documents import DocumentRefused, load_documents
from dpa.models import DocumentKind, DocumentVersion

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def write(folder: Path, version: str, published: str, effective: str, text: str = "Tekst.") -> None:
    place = folder / "service-agreement" / version
    place.mkdir(parents=True, exist_ok=True)
    (place / "about.json").write_text(json.dumps({"published_on": published, "effective_on": effective}))
    for language in ("nl", "en"):
        (place / f"{language}.txt").write_text(text)


def test_second_load_adds_nothing() -> None:
    assert (load_documents(), load_documents()) == (len(DocumentKind), 0)


def test_published_version_with_other_words_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "1.0", "2026-01-01", "2026-01-01")
    load_documents(tmp_path)
    write(tmp_path, "1.0", "2026-01-01", "2026-01-01", text="Andere tekst.")

    with pytest.raises(DocumentRefused, match="other words"):
        load_documents(tmp_path)


def test_change_within_45_days_of_its_publication_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "1.0", "2026-01-01", "2026-01-01")
    write(tmp_path, "2.0", "2026-03-01", "2026-04-14")

    with pytest.raises(DocumentRefused, match="45 days"):
        load_documents(tmp_path)
    assert not DocumentVersion.objects.exists()


def test_newest_version_in_effect_counts_on_a_day(tmp_path: Path) -> None:
    write(tmp_path, "1.0", "2026-01-01", "2026-01-01")
    write(tmp_path, "2.0", "2026-03-01", "2026-04-15")
    load_documents(tmp_path)

    days = (date(2026, 4, 14), date(2026, 4, 15))
    found = [[one.version for one in DocumentVersion.objects.in_force_on(day)] for day in days]

    assert found == [["1.0"], ["2.0"]]


def test_command_tells_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "1.0", "2026-01-01", "2026-01-01")
    load_documents(tmp_path)
    write(tmp_path, "1.0", "2026-01-01", "2026-01-01", text="Andere tekst.")
    monkeypatch.setattr(documents.load_documents, "__defaults__", (tmp_path,))
    monkeypatch.setattr(documents.read_drafts, "__defaults__", (tmp_path,))

    with pytest.raises(CommandError, match=r"service-agreement 1\.0"):
        call_command("load_documents")


@pytest.mark.parametrize("change", ["update", "delete"])
def test_portal_cannot_change_or_remove_a_version(change: str) -> None:
    load_documents()
    rows = DocumentVersion.objects.all()

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        rows.update(version="9") if change == "update" else rows._raw_delete(using="default")
