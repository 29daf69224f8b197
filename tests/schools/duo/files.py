"""Small files as DUO publishes them, with invented schools in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schools.duo.reader import read_duo

if TYPE_CHECKING:
    from collections.abc import Iterable

    from schools.duo.rows import DuoFile

TITLES = (
    "PROVINCIE",
    "BEVOEGD GEZAG NUMMER",
    "INSTELLINGSCODE",
    "VESTIGINGSCODE",
    "VESTIGINGSNAAM",
    "STRAATNAAM",
    "HUISNUMMER-TOEVOEGING",
    "POSTCODE",
    "PLAATSNAAM",
    "GEMEENTENUMMER",
    "GEMEENTENAAM",
    "DENOMINATIE",
    "TELEFOONNUMMER",
    "INTERNETADRES",
    "VAKANTIEREGIO",
)
OLD_TITLES = {"INSTELLINGSCODE": "BRIN NUMMER", "VESTIGINGSCODE": "VESTIGINGSNUMMER"}
BOARD_TITLES = ("BEVOEGD GEZAG NUMMER", "BEVOEGD GEZAG NAAM", "STRAATNAAM", "HUISNUMMER-TOEVOEGING", "KVK-NUMMER")
PLAIN = {
    "PROVINCIE": "Drenthe",
    "BEVOEGD GEZAG NUMMER": "98001",
    "VESTIGINGSNAAM": "De Proef",
    "STRAATNAAM": "Proefweg",
    "HUISNUMMER-TOEVOEGING": "1",
    "POSTCODE": "9999 XX",
    "PLAATSNAAM": "VOORBEELDSTAD",
    "GEMEENTENUMMER": "9999",
    "GEMEENTENAAM": "VOORBEELDSTAD",
    "DENOMINATIE": "Openbaar",
    "TELEFOONNUMMER": " ",
    "INTERNETADRES": " ",
    "VAKANTIEREGIO": "Noord",
}

Row = dict[str, str]


def location(code: str, **changed: str) -> Row:
    """A row of a location file; `name`, `board`, `street`, `website` and `phone` are short for DUO's titles."""
    short = {
        "name": "VESTIGINGSNAAM",
        "board": "BEVOEGD GEZAG NUMMER",
        "street": "STRAATNAAM",
        "website": "INTERNETADRES",
        "phone": "TELEFOONNUMMER",
        "brin": "INSTELLINGSCODE",
    }
    return (
        PLAIN
        | {"INSTELLINGSCODE": code[:4], "VESTIGINGSCODE": code}
        | {short[name]: value for name, value in changed.items()}
    )


def csv_file(
    rows: Iterable[Row], titles: Iterable[str] = TITLES, *, separator: str = ";", encoding: str = "cp1252"
) -> bytes:
    """The bytes of a file with these columns."""
    titles = list(titles)
    lines = [titles, *([row.get(title, "") for title in titles] for row in rows)]
    return "".join(separator.join(line) + "\r\n" for line in lines).encode(encoding)


def board(number: str, name: str, kvk_number: str = "01234567") -> Row:
    """A row of a boards file."""
    return {
        "BEVOEGD GEZAG NUMMER": number,
        "BEVOEGD GEZAG NAAM": name,
        "STRAATNAAM": "Proefplein",
        "HUISNUMMER-TOEVOEGING": "2",
        "KVK-NUMMER": kvk_number,
    }


def boards_file(*rows: Row) -> DuoFile:
    """A boards file that was read."""
    return read_duo(csv_file(rows, BOARD_TITLES))


def codes(count: int) -> list[str]:
    """Codes of that many locations."""
    return [f"99{chr(65 + number // 26)}{chr(65 + number % 26)}00" for number in range(count)]


def register(count: int = 200, *changed: Row, without: tuple[str, ...] = ()) -> DuoFile:
    """A location file of so many locations, some of them otherwise than plain or left out."""
    rows = {code: location(code, name=f"De Proef {code}") for code in codes(count)}
    rows |= {row["VESTIGINGSCODE"]: row for row in changed}
    return read_duo(csv_file(row for code, row in rows.items() if code not in without))
