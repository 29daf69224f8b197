"""What holds for every file, tried with files that nobody thought of."""

from __future__ import annotations

import dataclasses
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schools.edexml.problems import RosterRefused
from schools.edexml.reader import read_roster
from schools.edexml.roster import Roster
from schools.edexml.write import FORBIDDEN, FORBIDDEN_LEGACY, write_roster
from tests.schools.edexml.samples import eck_id, edex, generate, invent, outcome, pupil
from tests.schools.edexml.strategies import rosters

# No deadline: a slow machine is no failure.
UNTIMED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
VALID = generate(4, with_forbidden=True)
PIECES = (
    *(b"<", b">", b"&", b"\0", b"</", b"<!--", b"-->", b"<![CDATA[", b"<!DOCTYPE EDEX [", b"&#0;", b"&#x202e;", b"&x;"),
    *(b"\xff\xfe", b"\xef\xbb\xbf", b"\xe2\x80\xae", b"\x80", b"x" * 1001, b"2026-02-30", b"encoding='utf-16'"),
    *(b"<leerling key='1'>", b"</leerling>", b"<groep/>", b" key=''", b" eckid='#'", b"</EDEX>", b"<EDEX>"),
    b"<jaargroep>C</jaargroep>",
)


def everything(roster: Roster) -> str:
    """Give all that the roster holds, also what its `repr` keeps back."""
    return repr(dataclasses.asdict(roster))


@UNTIMED
@given(rosters())
def test_what_was_written_is_read_back(roster: Roster) -> None:
    found = read_roster(write_roster(roster))

    assert dataclasses.replace(found, warnings=()) == roster


@UNTIMED
@given(
    pupils=st.integers(1, 90),
    seed=st.integers(),
    version=st.sampled_from(["1.03", "2.0", "2.1"]),
    forbidden=st.booleans(),
)
def test_what_was_generated_is_read_back(pupils: int, seed: int, version: str, *, forbidden: bool) -> None:
    invented = invent(pupils, seed=seed, version=version)
    data = generate(pupils, seed=seed, version=version, with_forbidden=forbidden)

    assert dataclasses.replace(read_roster(data), warnings=()) == invented


@pytest.mark.requirement("SR-D01")
@UNTIMED
@given(st.binary(max_size=400))
def test_any_bytes_give_a_roster_or_a_refusal(data: bytes) -> None:
    outcome(data)
    outcome(b"<EDEX>" + data)
    outcome(b"\xff\xfe" + data)


@pytest.mark.requirement("SR-D01")
@settings(UNTIMED, max_examples=400)
@given(
    st.lists(
        st.tuples(st.integers(0, len(VALID)), st.integers(0, 40), st.sampled_from(PIECES) | st.binary(max_size=4)),
        min_size=1,
        max_size=4,
    )
)
def test_any_change_to_a_sound_file_gives_a_roster_or_a_refusal(changes: list[tuple[int, int, bytes]]) -> None:
    data = VALID
    for start, length, piece in changes:
        data = data[:start] + piece + data[start + length :]

    outcome(data)


@UNTIMED
@given(st.text(max_size=60))
def test_any_text_in_a_name_is_kept_exactly_or_refused(text: str) -> None:
    written = "".join(f"&#{ord(character)};" for character in text)

    found = outcome(edex(pupils=pupil(f"<achternaam>A</achternaam><roepnaam>{written}</roepnaam>")))

    if isinstance(found, Roster):
        assert found.pupils[0].first_name.split() == text.split()


class Crumbs(io.BytesIO):
    """A stream that gives little at a time, as a socket may."""

    def read(self, size: int | None = -1, /) -> bytes:
        return super().read(min(size or 0, 97))


@UNTIMED
@given(st.integers(0, len(VALID)), st.sampled_from(PIECES))
def test_pieces_in_which_a_file_comes_make_no_difference(at: int, piece: bytes) -> None:
    data = VALID[:at] + piece + VALID[at:]

    whole, crumbs = outcome(data), outcome(Crumbs(data))

    # Of several things wrong, another may be met first; that something is wrong is the same.
    assert crumbs == whole or (isinstance(crumbs, RosterRefused) and isinstance(whole, RosterRefused))


PLANTED = {value for _name, value in (*FORBIDDEN, *FORBIDDEN_LEGACY) if len(value) > 2} | {
    "2099-08-01",
    "FORBIDDEN",
    "forbidden",
}


@pytest.mark.requirement("SR-D04")
@UNTIMED
@given(
    pupils=st.integers(1, 12),
    version=st.sampled_from(["1.03", "2.0", "2.1"]),
    breaking=st.sampled_from([b"", b"<roepnaam>\xe2\x80\xae", b"<roepnaam>&x;", b"<groep key='?'/><roepnaam>"]),
)
def test_what_may_not_be_kept_is_in_no_roster_and_no_problem(pupils: int, version: str, breaking: bytes) -> None:
    data = generate(pupils, version=version, with_forbidden=True)
    assert any(value.encode() in data for value in PLANTED)

    found = outcome(data.replace(b"<roepnaam>", breaking, 1) if breaking else data)

    shown = everything(found) if isinstance(found, Roster) else repr(found.problems) + str(found)
    assert not [value for value in PLANTED if value in shown]


@pytest.mark.requirement("SR-D08")
@UNTIMED
@given(st.text(st.characters(categories=("Lu", "Ll", "Nd")), min_size=6, max_size=30))
def test_problems_never_quote_a_pupil(name: str) -> None:
    secret = f"Zq{name}"
    row = pupil(
        f"<achternaam>{secret}</achternaam><roepnaam>{secret}\u202e</roepnaam><geboortedatum>{secret}</geboortedatum>"
        f"<jaargroep>{secret}</jaargroep><geslacht>{secret}</geslacht><groep key='{secret}'/>",
        f'key="{secret}" eckid="{eck_id()}{secret}"',
    )

    found = outcome(edex(pupils=row * 2))

    assert isinstance(found, RosterRefused)
    told = "".join(problem.message + problem.advice + repr(problem) for problem in found.problems)
    assert secret not in told + str(found) + repr(found)
    assert found.__cause__ is None
