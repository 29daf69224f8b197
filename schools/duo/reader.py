"""From the bytes of a DUO file to rows, or a refusal that names the lines (contract duo-open-data §1, §3, §5).

DUO publishes the same facts through two channels: `;` in Windows-1252 and `,` in UTF-8 with a byte order mark. Columns
are found by the names in the header, old and new. The data is public and is still read as if an enemy had sent it:
one row that cannot be right refuses the file, since a register that is half right would close schools.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from typing import TYPE_CHECKING, TypeVar

from schools.duo.rows import BoardRow, DuoFile, DuoProblem, DuoRefused, LocationRow
from schools.duo.values import BOARD_NUMBER, BRIN, CODE, KVK_NUMBER, BadRow, Values

if TYPE_CHECKING:
    from _csv import Reader
    from collections.abc import Callable, Iterator, Mapping

R = TypeVar("R")

MAX_BYTES = 16 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 100
MAX_HEADER_LENGTH = 60
GZIP = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

# The field of a row, and the names its column has or had.
BOARD_COLUMN = ("BEVOEGD GEZAG NUMMER",)
ADDRESS = {
    "street": ("STRAATNAAM",),
    "house_number": ("HUISNUMMER-TOEVOEGING",),
    "postcode": ("POSTCODE",),
    "city": ("PLAATSNAAM",),
}
CONTACT = {"phone": ("TELEFOONNUMMER",), "website": ("INTERNETADRES",)}
LOCATION_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "brin": ("INSTELLINGSCODE", "BRIN NUMMER"),
    "code": ("VESTIGINGSCODE", "VESTIGINGSNUMMER"),
    "board_number": BOARD_COLUMN,
    "name": ("VESTIGINGSNAAM",),
    **ADDRESS,
}
LOCATION_EXTRAS: Mapping[str, tuple[str, ...]] = {
    "municipality": ("GEMEENTENAAM",),
    "denomination": ("DENOMINATIE",),
    **CONTACT,
    "holiday_region": ("VAKANTIEREGIO",),
}
BOARD_COLUMNS: Mapping[str, tuple[str, ...]] = {"number": BOARD_COLUMN, "name": ("BEVOEGD GEZAG NAAM",)}
BOARD_EXTRAS: Mapping[str, tuple[str, ...]] = {"kvk_number": ("KVK-NUMMER", "KVK NUMMER"), **ADDRESS, **CONTACT}


def read_duo(data: bytes) -> DuoFile:
    """Read a location file or a boards file, plain or gzipped.

    Raises DuoRefused for anything else, with the lines that are wrong.
    """
    content = _unzipped(data)
    text = _decoded(content)
    reader = _csv_reader(text)
    try:
        header: list[str] = next(reader, [])
        names = _header_names(header)
        kind = _kind(names)
        rows = list(_numbered(reader, len(header)))
    except csv.Error as error:
        raise DuoRefused(DuoProblem(reader.line_num, f"this is not a sound CSV file here ({error})")) from None
    if not rows:
        raise DuoRefused(DuoProblem(None, "the file has a header and no rows"))
    sha256 = hashlib.sha256(content).hexdigest()
    columns = {**BOARD_COLUMNS, **BOARD_EXTRAS} if kind == "boards" else {**LOCATION_COLUMNS, **LOCATION_EXTRAS}
    values = Values({field: (wanted[0], _place(names, wanted)) for field, wanted in columns.items()})
    if kind == "boards":
        return DuoFile(sha256, boards=_each_once(values, rows, _board))
    return DuoFile(sha256, locations=_each_once(values, rows, _location))


def _unzipped(data: bytes) -> bytes:
    if data.startswith(GZIP):
        try:
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
                data = stream.read(MAX_BYTES + 1)
        except (OSError, EOFError, zlib.error):
            raise DuoRefused(DuoProblem(None, "the gzip file is damaged or stops halfway")) from None
    if len(data) > MAX_BYTES:
        raise DuoRefused(DuoProblem(None, f"the file is larger than {MAX_BYTES // 1024 // 1024} MiB unzipped"))
    if not data.strip():
        raise DuoRefused(DuoProblem(None, "the file is empty"))
    if data.startswith(b"PK\x03\x04"):
        raise DuoRefused(DuoProblem(None, "this is a zip or Excel file; download the CSV file instead"))
    return data


def _decoded(content: bytes) -> str:
    """Decode UTF-8 where a byte order mark says so, else Windows-1252, in which every published file so far came.

    A file that somebody saved as UTF-8 without the mark is known by its accents: as Windows-1252 they would never
    happen to be sound UTF-8.
    """
    marked = content.startswith(BYTE_ORDER_MARK)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if marked:
            line = content.count(b"\n", 0, error.start) + 1
            raise DuoRefused(DuoProblem(line, "this is not UTF-8, which the file says it is")) from None
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DuoRefused(DuoProblem(line, "a character here is neither Windows-1252 nor UTF-8")) from None


def _csv_reader(text: str) -> Reader:
    first = text.split("\n", 1)[0]
    separator = ";" if first.count(";") >= first.count(",") else ","
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _header_names(header: list[str]) -> dict[str, int]:
    """Give the place of each column; raises DuoRefused when a name stands there twice or there are too many."""
    if len(header) > MAX_COLUMNS:
        raise DuoRefused(DuoProblem(1, f"the header has more than {MAX_COLUMNS} columns"))
    names: dict[str, int] = {}
    for place, title in enumerate(header):
        name = " ".join(title.upper().split())
        if name in names:
            raise DuoRefused(DuoProblem(1, f"the column {name[:MAX_HEADER_LENGTH]!r} stands in the header twice"))
        if name:
            names[name] = place
    return names


def _kind(names: Mapping[str, int]) -> str:
    """Tell locations from boards by the header; raises DuoRefused with the columns that lack."""
    if "NAAM_VESTIGING" in names or any(name.startswith("LEERLINGEN_") for name in names):
        raise DuoRefused(
            DuoProblem(1, "this is a file of pupil counts by year (06), not of addresses: it is not for this command")
        )
    kind = "boards" if "BEVOEGD GEZAG NAAM" in names and not _place(names, LOCATION_COLUMNS["code"]) else "locations"
    columns = BOARD_COLUMNS if kind == "boards" else LOCATION_COLUMNS
    missing = [wanted[0] for wanted in columns.values() if _place(names, wanted) is None]
    if len(missing) == len(columns):
        raise DuoRefused(DuoProblem(1, "this is neither a DUO file of school locations nor one of boards"))
    if missing:
        raise DuoRefused(DuoProblem(1, f"the header lacks {', '.join(missing)}"))
    return kind


def _place(names: Mapping[str, int], wanted: tuple[str, ...]) -> int | None:
    return next((names[name] for name in wanted if name in names), None)


def _numbered(reader: Reader, width: int) -> Iterator[tuple[int, list[str]]]:
    """Give each row with the line it begins on; raises DuoRefused for a row that is cut off or too many rows."""
    line, count = reader.line_num + 1, 0
    for row in reader:
        if row:
            count += 1
            if count > MAX_ROWS:
                raise DuoRefused(DuoProblem(line, f"the file has more than {MAX_ROWS} rows"))
            if len(row) != width:
                raise DuoRefused(DuoProblem(line, f"the row has {len(row)} values where the header has {width}"))
            yield line, row
        line = reader.line_num + 1


def _each_once(
    values: Values, rows: list[tuple[int, list[str]]], read_row: Callable[[Values], tuple[str, R]]
) -> tuple[R, ...]:
    """Read every row; raises DuoRefused with all that are wrong or stand there twice."""
    found: dict[str, R] = {}
    lines: dict[str, int] = {}
    problems: list[DuoProblem] = []
    for values.line, values.row in rows:
        try:
            key, row = read_row(values)
        except BadRow as bad:
            problems.append(bad.problem)
            continue
        if key in found:
            problems.append(DuoProblem(values.line, f"{key} stands on line {lines[key]} already"))
        found[key], lines[key] = row, values.line
    if problems:
        raise DuoRefused(*problems)
    return tuple(found.values())


def _location(values: Values) -> tuple[str, LocationRow]:
    brin = values.formed("brin", BRIN, "two digits and two letters")
    code = values.formed("code", CODE, "a BRIN and two digits")
    if not code.startswith(brin):
        raise BadRow(DuoProblem(values.line, f"location {code} does not belong to institution {brin}"))
    return code, LocationRow(
        line=values.line,
        code=code,
        board_number=values.formed("board_number", BOARD_NUMBER, "five digits"),
        name=values.required("name"),
        street=values.text("street"),
        house_number=values.text("house_number"),
        postcode=values.text("postcode"),
        city=values.text("city"),
        municipality=values.optional("municipality"),
        denomination=values.optional("denomination"),
        phone=values.optional("phone"),
        website=values.web_address("website"),
        holiday_region=values.optional("holiday_region"),
    )


def _board(values: Values) -> tuple[str, BoardRow]:
    number = values.formed("number", BOARD_NUMBER, "five digits")
    kvk_number = values.optional("kvk_number")
    if kvk_number:
        # A spreadsheet on the way drops a leading zero (contract duo-open-data §3).
        kvk_number = values.formed("kvk_number", KVK_NUMBER, "seven or eight digits").zfill(8)
    return number, BoardRow(
        line=values.line,
        number=number,
        name=values.required("name"),
        kvk_number=kvk_number,
        street=values.optional("street"),
        house_number=values.optional("house_number"),
        postcode=values.optional("postcode"),
        city=values.optional("city"),
        phone=values.optional("phone"),
        website=values.web_address("website"),
    )
