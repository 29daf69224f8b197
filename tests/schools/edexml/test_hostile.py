"""Files made to do harm, and files that came to harm: each with its exact outcome."""

from __future__ import annotations

import gzip
import io
import zipfile
from typing import TYPE_CHECKING

import pytest

from schools.edexml.limits import Limits
from schools.edexml.problems import RosterRefused
from schools.edexml.reader import read_roster
from tests.schools.edexml.samples import PUPIL, SCHOOL, edex, pupil, refusal

if TYPE_CHECKING:
    from pathlib import Path

BODY = edex(prolog="").decode()
MEBIBYTE = 1024 * 1024


def zipped(data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("edex.xml", data)
    return buffer.getvalue()


class Endless(io.RawIOBase):
    """A file without end, that counts what was read of it."""

    def __init__(self) -> None:
        self.given = 0

    def read(self, size: int = -1, /) -> bytes:
        blocks = f"<hobby>{'x' * 497}</hobby>".encode() * (size // 512)
        blocks = blocks if self.given else b"<EDEX>".ljust(512) + blocks[512:]
        self.given += size
        return blocks


# SR-D01: limits


@pytest.mark.requirement("SR-D01")
def test_file_of_60_mib_is_refused() -> None:
    assert refusal(edex() + b" " * (60 * MEBIBYTE)) == [("too_many_bytes", None, None)]


@pytest.mark.requirement("SR-D01")
def test_stream_is_read_no_further_than_the_limit() -> None:
    stream = Endless()

    with pytest.raises(RosterRefused) as refused:
        read_roster(stream)  # type: ignore[arg-type]  # all that is asked of a stream

    assert refused.value.problems[0].code == "too_many_bytes"
    assert stream.given <= 21 * MEBIBYTE


@pytest.mark.requirement("SR-D01")
@pytest.mark.parametrize(
    "pupils", ["<x/>" * 1_000_000, f"<leerling>{'<x/>' * 20_000}</leerling>" * 52, f"<leerling>{'<x/>' * 999_999}"]
)
def test_file_of_more_than_a_million_elements_is_refused(pupils: str) -> None:
    assert [code for code, _line, _field in refusal(edex(pupils=pupils))] == ["too_many_elements"]


@pytest.mark.requirement("SR-D01")
@pytest.mark.parametrize(
    ("nested", "expected"), [(9, []), (10, [("too_deep", 4, None)]), (60, [("too_deep", 4, None)])]
)
def test_file_of_more_than_twelve_levels_is_refused(nested: int, expected: list[tuple[str, int, None]]) -> None:
    unknown = f"{'<x>' * nested}{'</x>' * nested}"

    assert refusal(edex(pupils=PUPIL + f"<leerling key='2'><roepnaam>Bo</roepnaam>{unknown}</leerling>")) == expected


@pytest.mark.requirement("SR-D01")
@pytest.mark.requirement("SR-D02")
def test_file_of_200000_levels_is_refused() -> None:
    assert refusal(edex(pupils="<x>" * 200_000)) == [("too_deep", 4, None)]


@pytest.mark.requirement("SR-D01")
@pytest.mark.parametrize(("count", "expected"), [(40, []), (41, [("too_many_attributes", 4, None)])])
@pytest.mark.parametrize("element", ["hobby", "roepnaam"])
def test_element_of_more_than_forty_attributes_is_refused(
    element: str, count: int, expected: list[tuple[str, int, None]]
) -> None:
    attributes = " ".join(f"a{number}='x'" for number in range(count))
    inside = f"<achternaam>Demo</achternaam><{element} {attributes}>Sam</{element}><jaargroep>3</jaargroep>"

    assert refusal(edex(pupils=pupil(inside))) == expected


@pytest.mark.requirement("SR-D01")
@pytest.mark.parametrize(("length", "expected"), [(1000, []), (1001, [("value_too_long", 4, None)])])
@pytest.mark.parametrize(
    "form",
    [
        "<hobby>{}</hobby>",
        "<hobby naam='{}'/>",
        "<hobby><![CDATA[{}]]></hobby>",
        "<toevoegingen><blok><code>{}</code></blok></toevoegingen>",
    ],
)
def test_value_of_more_than_a_thousand_characters_is_refused(
    form: str, length: int, expected: list[tuple[str, int, None]]
) -> None:
    inside = f"<roepnaam>Sam</roepnaam><jaargroep>3</jaargroep>{form.format('é' * length)}"

    assert refusal(edex(pupils=pupil(inside))) == expected


@pytest.mark.requirement("SR-D01")
def test_long_value_cannot_hide_between_comments() -> None:
    inside = f"<roepnaam>Sam</roepnaam><hobby>{('x' * 400 + '<!-- -->') * 3}</hobby>"

    assert refusal(edex(pupils=pupil(inside))) == [("value_too_long", 4, None)]


@pytest.mark.requirement("SR-D01")
@pytest.mark.requirement("SR-D02")
def test_value_of_12_mib_is_refused() -> None:
    assert refusal(edex(pupils=pupil(f"<roepnaam>{'x' * 12 * MEBIBYTE}</roepnaam>"))) == [("value_too_long", 4, None)]


@pytest.mark.requirement("SR-D01")
@pytest.mark.parametrize("opening", ["<x ", "<!-- ", "<?x "])
def test_tag_or_remark_without_end_is_refused_before_it_fills_memory(opening: str) -> None:
    endless = opening + "".join(f"a{number}='' " for number in range(100_000))

    assert refusal(edex(pupils=PUPIL + endless)) == [("value_too_long", None, None)]


@pytest.mark.requirement("SR-D01")
def test_limits_hold_across_the_pieces_in_which_a_file_is_read() -> None:
    filler = "".join(pupil(attributes=f'key="F{number}"') for number in range(8_000))
    bad = pupil(f"<roepnaam>Sam</roepnaam><hobby>{'x' * 1001}</hobby>", 'key="bad"')

    assert len(filler) > 2 * 256 * 1024
    assert refusal(edex(pupils=filler)) == []
    assert refusal(edex(pupils=filler + bad)) == [("value_too_long", 4, None)]
    assert refusal(edex(pupils=bad + filler)) == [("value_too_long", 4, None)]


@pytest.mark.requirement("SR-D01")
def test_file_is_refused_when_the_time_is_up() -> None:
    with pytest.raises(RosterRefused) as refused:
        read_roster(edex(), limits=Limits(seconds=-1))

    assert [problem.code for problem in refused.value.problems] == ["too_slow"]


# SR-D02: DOCTYPE, entities, encodings

BILLION = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 30))


@pytest.mark.requirement("SR-D02")
@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE EDEX>",
        '<!DOCTYPE EDEX SYSTEM "EDEXML.dtd">',
        '<!DOCTYPE EDEX SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<!DOCTYPE EDEX PUBLIC "-//X//EN" "file:///etc/passwd">',
        f'<!DOCTYPE EDEX [<!ENTITY a0 "x">{BILLION}]>',
        f'<!DOCTYPE EDEX [<!ENTITY a "{"x" * 50_000}">]>',
        '<!DOCTYPE EDEX [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
        f"<!-- {'x' * 5_000} --><!DOCTYPE EDEX>",
        "<?xml-stylesheet href='x'?>\n<!DOCTYPE\nEDEX>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "windows-1252"])
def test_doctype_is_refused_in_every_encoding(doctype: str, encoding: str) -> None:
    mark = {"utf-16-le": "\ufeff", "utf-16-be": "\ufeff"}.get(encoding, "")
    declared = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(encoding, encoding)
    text = f"{mark}<?xml version='1.0' encoding='{declared}'?>{doctype}{BODY.replace('Sam', '&a1;')}"

    assert refusal(text.encode(encoding)) == [("doctype", None, None)]


@pytest.mark.requirement("SR-D02")
def test_content_of_a_named_file_comes_nowhere(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("a-secret-of-the-server")
    prolog = f'<!DOCTYPE EDEX [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'

    with pytest.raises(RosterRefused) as refused:
        read_roster(edex(prolog=prolog, pupils=pupil("<roepnaam>&x;</roepnaam>")))

    assert "secret" not in repr(refused.value.problems) + str(refused.value)


@pytest.mark.requirement("SR-D02")
@pytest.mark.parametrize(
    "inside", ["<roepnaam>Sam&x;</roepnaam>", "<hobby naam='&x;'/>", "<roepnaam>Sam & Bo</roepnaam>"]
)
def test_entity_that_nobody_declared_is_refused_and_not_left_out(inside: str) -> None:
    assert refusal(edex(pupils=pupil(inside))) == [("malformed", 4, None)]


@pytest.mark.requirement("SR-D02")
def test_second_document_after_an_error_is_not_taken_for_the_first() -> None:
    broken = f"<EDEX>{SCHOOL}&x;".ljust(256 * 1024)

    assert refusal((broken + BODY).encode()) == [("malformed", 1, None)]


@pytest.mark.requirement("SR-D02")
@pytest.mark.parametrize(
    ("encoding", "declared"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8", None),
        ("utf-8-sig", None),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "UTF-16"),
        ("utf-16", None),
        ("iso-8859-1", "ISO-8859-1"),
        ("windows-1252", "Windows-1252"),
    ],
)
def test_names_are_read_in_the_accepted_encodings(encoding: str, declared: str | None) -> None:
    prolog = f'<?xml version="1.0" encoding="{declared}"?>' if declared else '<?xml version="1.0"?>'
    data = edex(prolog=prolog, pupils=PUPIL.replace("Sam", "Zoë")).decode().encode(encoding)

    assert read_roster(data).pupils[0].first_name == "Zoë"


@pytest.mark.requirement("SR-D02")
@pytest.mark.parametrize("order", ["le", "be"])
def test_names_are_read_in_utf_16_of_either_order(order: str) -> None:
    data = ("\ufeff" + edex(prolog="", pupils=PUPIL.replace("Sam", "Zoë😀")).decode()).encode(f"utf-16-{order}")

    assert read_roster(data).pupils[0].first_name == "Zoë😀"


@pytest.mark.requirement("SR-D02")
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (f"<?xml version='1.0' encoding='UTF-7'?>{BODY}".encode(), "encoding_not_allowed"),
        (b"+ADw-EDEX+AD4-", "encoding_not_allowed"),
        (b"+/v8-" + BODY.encode(), "encoding_not_allowed"),
        (f"<?xml version='1.0' encoding='cp037'?>{BODY}".encode("cp037"), "encoding_not_allowed"),
        (f"<?xml version='1.0' encoding='UTF-32'?>{BODY}".encode("utf-32"), "encoding_not_allowed"),
        (f"<?xml version='1.0' encoding='Shift_JIS'?>{BODY}".encode(), "encoding_not_allowed"),
        (f"<?xml version='1.0' encoding=''?>{BODY}".encode(), "encoding_not_allowed"),
        (BODY.encode("utf-16-le"), "encoding_not_allowed"),
        (BODY.encode("utf-16-be"), "encoding_not_allowed"),
        (f"<?xml version='1.0' encoding='UTF-16'?>{BODY}".encode(), "encoding_contradiction"),
        (f"<?xml version='1.0' encoding='UTF-16'?>{BODY}".encode("utf-8-sig"), "encoding_contradiction"),
        (f"<?xml version='1.0' encoding='ISO-8859-1'?>{BODY}".encode("utf-8-sig"), "encoding_contradiction"),
        (f"<?xml version='1.0' encoding='UTF-8'?>{BODY}".encode("utf-16"), "encoding_contradiction"),
        (f"\ufeff<?xml version='1.0' encoding='UTF-16BE'?>{BODY}".encode("utf-16-le"), "encoding_contradiction"),
    ],
)
def test_other_and_contradictory_encodings_are_refused(data: bytes, code: str) -> None:
    assert refusal(data) == [(code, 1, None)]


@pytest.mark.requirement("SR-D02")
@pytest.mark.parametrize("bad", [b"\xe9", b"\xc0\xaf", b"\xed\xa0\x80", b"\xff", b"\xf5\x80\x80\x80"])
def test_bytes_that_are_not_utf_8_are_refused_with_their_line(bad: bytes) -> None:
    assert refusal(edex().replace(b"Sam", b"S" + bad + b"m")) == [("encoding_broken", 4, None)]


@pytest.mark.requirement("SR-D02")
def test_bytes_that_windows_1252_lacks_are_refused_with_their_line() -> None:
    data = edex(prolog="<?xml version='1.0' encoding='windows-1252'?>").replace(b"Sam", b"S\x81m")

    assert refusal(data) == [("encoding_broken", 4, None)]


@pytest.mark.requirement("SR-D02")
def test_schema_that_the_file_names_is_not_fetched() -> None:
    root = (
        '<EDEX xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        'xsi:noNamespaceSchemaLocation="http://198.51.100.1/x.xsd" xmlns:xi="http://www.w3.org/2001/XInclude">'
    )
    include = '<xi:include href="file:///etc/passwd" parse="text"/>'
    data = edex(pupils=pupil(f"<roepnaam>Sam</roepnaam>{include}")).decode().replace("<EDEX>", root)

    roster = read_roster(data.encode())

    assert [found.first_name for found in roster.pupils] == ["Sam"]
    assert [problem.params for problem in roster.warnings if problem.code == "unknown_element"] == [{"name": "include"}]


# SR-D03: no XML at all


@pytest.mark.requirement("SR-D03")
@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (zipped(edex()), "zip"),
        (gzip.compress(edex()), "gzip"),
        (b"%PDF-1.7", "not_xml"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "not_xml"),
        (b"voornaam;achternaam\r\nSam;Voorbeeld\r\n", "not_xml"),
        (b"   \n\t ", "not_xml"),
        (b"\xef\xbb\xbf", "not_xml"),
        (b"x" + edex(), "not_xml"),
        (b"<!-- -->" * 20_000 + edex(), "not_edexml"),
        (b"<html><body/></html>", "not_edexml"),
        (b'<EDEX xmlns="urn:other"/>', "not_edexml"),
        (b"<edex/>", "not_edexml"),
    ],
)
def test_what_is_no_edexml_is_refused(data: bytes, code: str) -> None:
    assert refusal(data) == [(code, None, None)]


@pytest.mark.requirement("SR-D03")
@pytest.mark.parametrize(
    ("data", "line"),
    [
        (edex() + b"<EDEX/>", 6),
        (edex() + b"rest", 6),
        (edex().replace(b"</roepnaam>", b"</voornaam>"), 4),
        (edex().replace(b'key="L1"', b"key=L1"), 4),
        (edex().replace(b'key="L1"', b'key="L1" key="L2"'), 4),
        (edex(pupils=pupil("<roepnaam>Sam</roepnaam><x:y/>")), 4),
        (b" " + edex(), 1),
    ],
)
def test_broken_xml_is_refused_with_its_line(data: bytes, line: int) -> None:
    assert refusal(data) == [("malformed", line, None)]


def test_file_cut_off_anywhere_is_refused_as_such() -> None:
    data = edex(pupils=PUPIL.replace("Sam", "Zoë"), staff="<leerkracht key='1'><roepnaam>Kim</roepnaam></leerkracht>")
    whole = data.index(b"</EDEX>") + len(b"</EDEX")

    outcomes = {tuple(code for code, _line, _field in refusal(data[:end])) for end in range(1, whole)}

    assert outcomes == {("truncated",)}


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1"])
def test_file_cut_off_in_another_encoding_is_refused_as_such(encoding: str) -> None:
    data = edex(prolog=f"<?xml version='1.0' encoding='{encoding}'?>").decode().encode(encoding)

    assert [refusal(data[:-cut])[0][0] for cut in (40, 41, 42, 43)] == ["truncated"] * 4


def test_line_on_which_a_file_stops_is_told() -> None:
    assert refusal(edex()[:-40]) == [("truncated", 4, None)]
