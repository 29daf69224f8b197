from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from schools.models import School
from tests.schools.duo.files import codes, csv_file, location

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> tuple[int, str]:
    out = io.StringIO()
    try:
        call_command("import_duo", *arguments, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


def run_json(*arguments: str) -> tuple[int, dict[str, Any]]:
    status, text = run(*arguments, "--json")
    return status, json.loads(text)


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "vestigingen.csv"
    path.write_bytes(csv_file(location(code) for code in codes(10)))
    return str(path)


@pytest.fixture
def half(tmp_path: Path) -> str:
    path = tmp_path / "half.csv"
    path.write_bytes(csv_file(location(code) for code in codes(5)))
    return str(path)


def test_command_says_what_it_did(file: str) -> None:
    status, text = run(file)

    assert status == 0
    assert text.splitlines() == [
        "vestigingen.csv: 10 locations, 0 boards.",
        "Locations: 0 in the register before, 0 unchanged.",
        "  10 added",
        "    99AA00 De Proef",
        "    99AB00 De Proef",
        "    99AC00 De Proef",
        "    99AD00 De Proef",
        "    99AE00 De Proef",
        "    … and 5 more",
        "Boards: 0 in the register before, 0 unchanged.",
        "  1 added",
        "    98001",
        "Done.",
    ]


def test_second_run_says_that_nothing_has_changed(file: str) -> None:
    run(file)

    status, report = run_json(file)

    assert (status, report["accepted"], report["written"]) == (0, True, False)
    assert report["locations"]["unchanged"] == 10
    assert run(file)[1].endswith("Nothing has changed.\n")


def test_dry_run_writes_nothing(file: str) -> None:
    status, report = run_json(file, "--dry-run")

    assert (status, report["written"], report["locations"]["counts"]["added"]) == (0, False, 10)
    assert not School.objects.exists()


def test_large_difference_ends_with_status_one_until_allowed(file: str, half: str) -> None:
    run(file)

    status, report = run_json(half)
    assert (status, report["accepted"], report["large"]) == (1, False, True)
    assert School.objects.filter(closed_on__isnull=False).count() == 0

    status, report = run_json(half, "--allow-large")
    assert (status, report["written"], report["locations"]["counts"]["closed"]) == (0, True, 5)


def test_refused_file_ends_with_status_one_and_names_the_line(file: str, tmp_path: Path) -> None:
    bad = tmp_path / "slecht.csv"
    bad.write_bytes(csv_file([location("99XX0")]))

    status, report = run_json(file, str(bad))

    assert status == 1
    assert report["problems"] == [
        {"file": "slecht.csv", "line": 2, "text": "VESTIGINGSCODE '99XX0' is not a BRIN and two digits"}
    ]
    assert not School.objects.exists()


def test_same_location_in_two_files_is_refused(file: str, half: str) -> None:
    status, text = run(file, half)

    assert (status, text.splitlines()[-1]) == (1, "Refused: nothing was changed.")


def test_file_that_is_not_there_ends_with_status_two(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        run(str(tmp_path / "nergens.csv"))

    assert caught.value.returncode == 2


def test_shipped_file_is_loaded_when_none_is_named() -> None:
    status, report = run_json("--dry-run")

    assert (status, report["locations"]["counts"]["added"]) == (0, 6122)
