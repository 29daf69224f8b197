"""The command that says what a file holds."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from tests.schools.edexml.samples import PUPIL, edex, generate, pupil

if TYPE_CHECKING:
    from pathlib import Path


def inspect(path: Path | str, *options: str) -> tuple[int, str]:
    """Give exit status and output."""
    out = io.StringIO()
    status = 0
    try:
        call_command("inspect_roster", str(path), *options, stdout=out)
    except SystemExit as ended:
        status = int(ended.code or 0)
    return status, out.getvalue()


def as_json(path: Path) -> tuple[int, dict[str, Any]]:
    status, text = inspect(path, "--json")
    return status, json.loads(text)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "edex.xml"


def test_sound_file_is_described_without_a_database(file: Path) -> None:
    file.write_bytes(generate(220, version="2.0"))

    with override("en"):
        status, report = as_json(file)

    warning = report["warnings"].pop()
    assert (status, warning["code"], warning["line"], warning["field"]) == (0, "eck_id_missing", None, None)
    assert report == {
        "accepted": True,
        "version": "2.0",
        "school": {
            "brin": "99XX",
            "location": "03",
            "school_key": None,
            "school_year": "2026-2027",
            "reference_date": "2026-09-01",
        },
        "counts": {
            "pupils": 220,
            "groups": 12,
            "home_groups": 8,
            "subgroups": 4,
            "staff": 17,
            "leavers": 0,
            "pupils_without_eck_id": 220,
            "staff_without_eck_id": 17,
        },
        "warnings": [],
        "errors": [],
    }


def test_file_that_would_be_refused_ends_with_status_1_and_says_why(file: Path) -> None:
    file.write_bytes(edex(pupils=PUPIL.replace('key="g1"', 'key="gone"')))

    with override("en"):
        status, report = as_json(file)

    assert (status, report["accepted"], report["counts"], report["school"]["brin"]) == (1, False, None, "99XX")
    assert report["errors"] == [
        {
            "line": 4,
            "field": "groep",
            "code": "dangling_reference",
            "message": "This refers to a group that is not in the file.",
            "advice": "Export the groups together with the pupils and staff.",
        }
    ]


def test_what_is_no_xml_has_no_school(file: Path) -> None:
    file.write_bytes(b"PK\x03\x04")

    status, report = as_json(file)

    assert (status, report["version"], report["school"]) == (1, None, None)
    assert [error["code"] for error in report["errors"]] == ["zip"]


def test_report_for_people_names_line_and_field(file: Path) -> None:
    file.write_bytes(edex(pupils=pupil("<roepnaam>S\u202eam</roepnaam><jaargroep>3</jaargroep>")))

    with override("en"):
        status, text = inspect(file)

    assert status == 1
    assert text.splitlines() == [
        "EDEXML version: 2.1",
        "School: 99XX 00, school year 2026-2027, as of 2026-09-01",
        (
            "Error (line 4 roepnaam): The value holds a sign that turns the reading direction (U+202E). "
            "Correct this in your pupil administration system and export the file again."
        ),
        "This file would be refused.",
    ]


def test_report_for_people_counts(file: Path) -> None:
    file.write_bytes(edex())

    with override("en"):
        status, text = inspect(file)

    assert status == 0
    assert text.splitlines()[2:] == [
        "Pupils: 1, without ECK iD: 1, left out because they left: 0",
        "Home groups: 1, subgroups: 1, staff: 0",
        "Warning: Pupils without ECK iD: 1. Switch on ECK iD for this school in your pupil administration system.",
        "This file can be taken.",
    ]


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(edex())))

    assert inspect("-")[0] == 0


def test_file_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as failed:
        inspect(tmp_path / "none.xml")

    assert failed.value.returncode == 2
