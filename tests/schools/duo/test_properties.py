from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from schools.duo.reader import read_duo
from schools.duo.rows import DuoRefused
from tests.schools.duo.files import TITLES, csv_file, location

SOUND = csv_file([location(code, name="De Proëf") for code in ("99XX00", "99XX01", "99ZZ00")])
HEADER = ";".join(TITLES).encode() + b"\r\n"


def read_or_refuse(data: bytes) -> None:
    try:
        file = read_duo(data)
    except DuoRefused:
        return
    assert bool(file.locations) != bool(file.boards)
    for row in file.locations:
        assert re.fullmatch(r"[0-9]{2}[A-Z]{2}[0-9]{2}", row.code)
        assert re.fullmatch(r"[0-9]{5}", row.board_number)
        assert row.name == row.name.strip() != ""
    assert len({row.code for row in file.locations}) == len(file.locations)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read_or_refuse(data)


@given(st.binary(max_size=400))
def test_any_bytes_under_a_sound_header_are_read_or_refused(data: bytes) -> None:
    read_or_refuse(HEADER + data)


@given(st.binary(max_size=100))
def test_any_bytes_called_gzip_are_read_or_refused(data: bytes) -> None:
    read_or_refuse(b"\x1f\x8b" + data)


@given(place=st.integers(0, len(SOUND)), removed=st.integers(0, 40), inserted=st.binary(max_size=20))
def test_sound_file_with_any_damage_is_read_or_refused(place: int, removed: int, inserted: bytes) -> None:
    read_or_refuse(SOUND[:place] + inserted + SOUND[place + removed :])


@given(
    st.lists(
        st.from_regex(r"[0-9]{2}[A-Z]{2}[0-9]{2}", fullmatch=True).filter(str.isascii),
        min_size=1,
        max_size=8,
        unique=True,
    ),
    st.text(st.characters(codec="cp1252", exclude_categories=["C", "Z"], exclude_characters='";'), min_size=1),
    st.sampled_from([";", ","]),
)
def test_what_is_written_is_read(codes: list[str], name: str, separator: str) -> None:
    quoted = f'"{name[:200]}"'

    file = read_duo(
        csv_file([location(code, name=quoted) for code in codes], separator=separator, encoding="utf-8-sig")
    )

    assert [row.code for row in file.locations] == codes
    assert {row.name for row in file.locations} == {name[:200]}
