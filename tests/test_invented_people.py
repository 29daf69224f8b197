"""Nobody in the project is a real person: not in its tests, its demo, its bench or its documentation (SR-I03)."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from basispoort.demo.seed import BOARDS, SCHOOLS
from schools.duo.reader import read_duo
from schools.duo.shipped import shipped_location_file
from schools.edexml.generate import invent_roster

pytestmark = pytest.mark.requirement("SR-I03")

ROOT = Path(__file__).resolve().parent.parent
ADDRESS = re.compile(rb"[\w.%+-]+@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})")
RESERVED = (b".example", b".test", b".invalid", b".localhost")  # RFC 2606: no mail to these ever arrives
OF_A_TOOL = {b"li.org"}  # LL@li.org: the address without a person that Babel writes into a catalogue
MADE_UP = re.compile(r"Proefpersoon$|^Voorbeeld|^Demo$|^Proef$|^Testema$")


def files_of_the_project() -> list[Path]:
    folders = [ROOT / name for name in ("basispoort", "schools", "accounts", "licences", "dpa", "templates", "static")]
    inside = (path for folder in [*folders, ROOT / "docs", ROOT / "tests"] for path in folder.rglob("*"))
    return [path for path in (*ROOT.glob("*.*"), *inside) if path.is_file() and "__pycache__" not in path.parts]


def test_no_address_in_the_project_can_be_anybodys() -> None:
    found = {
        (path.relative_to(ROOT).as_posix(), domain.decode())
        for path in files_of_the_project()
        if path.name != "uv.lock"
        for domain in ADDRESS.findall(path.read_bytes())
        if not domain.lower().endswith(RESERVED) and domain not in OF_A_TOOL
    }

    assert found == set()


def test_people_of_an_invented_roster_look_invented() -> None:
    roster = invent_roster(
        brin="99XX", location="01", school_year="2026-2027", pupils=640, seed=1, reference_date=date(2026, 10, 1)
    )
    names = [one.last_name for one in roster.pupils] + [one.last_name for one in roster.staff]

    assert len(names) > 640
    assert [name for name in names if not MADE_UP.search(name)] == []


def test_schools_and_boards_of_the_demo_stand_in_no_register() -> None:
    rows = read_duo(shipped_location_file().read_bytes()).locations
    brins, boards = {row.code[:4] for row in rows}, {row.board_number for row in rows}

    assert {"00AP"} < brins
    assert {school.brin for school in SCHOOLS} & brins == set()
    assert set(BOARDS) & boards == set()
