"""The bytes of a file, as UTF-8 and never more of them than allowed.

The encoding is decided here, from the byte order mark or the declaration, and only four are taken; what the parser
would make of the declaration itself plays no part (SR-D02, SR-D03).
"""

from __future__ import annotations

import codecs
import re
import time
from typing import TYPE_CHECKING

from schools.edexml.problems import Problem, RosterRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from schools.edexml.limits import Limits

CHUNK_BYTES = 256 * 1024
MEBIBYTE = 1024 * 1024
# Python's name of the codec for each name a declaration may use, in lower case.
ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "iso-8859-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "latin-1": "iso-8859-1",
    "windows-1252": "windows-1252",
    "cp1252": "windows-1252",
}
# The longer mark first: UTF-32's begins with UTF-16's.
MARKS = (
    (codecs.BOM_UTF32_LE, None),
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Openings of XML in encodings without a mark that are none of ours: UTF-16, UTF-32, EBCDIC; and UTF-7's mark.
FOREIGN_OPENINGS = (b"<\0", b"\0<", b"\0\0", b"\x4c\x6f\xa7\x94", b"+/v", b"+ADw-")
DECLARED_ENCODING = re.compile(r"""\sencoding\s*=\s*["']([^"']*)["']""")
DECLARATION_CHARACTERS = 256
# Enough of the file to hold its declaration in any of our encodings.
HEAD_BYTES = 1024


def read_utf8(data: bytes | BinaryIO, limits: Limits) -> Iterator[bytes]:
    """Give the file's text as UTF-8 without mark, in chunks.

    Raises RosterRefused for what is no XML in one of our encodings, is too large, or takes too long.
    """
    deadline = time.monotonic() + limits.seconds
    chunks = _counted(data, limits)
    head = next(chunks, b"")
    while 0 < len(head) < HEAD_BYTES and (more := next(chunks, b"")):
        head += more
    encoding, skip = _encoding(head)
    decode = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)("strict").decode
    lines = 0
    chunk = head[skip:]
    while chunk:
        if decode is None:
            # The parser checks UTF-8 itself, and names the line.
            yield chunk
        else:
            text = _decoded(decode, chunk, lines)
            lines += text.count("\n")
            yield text.encode()
        if time.monotonic() > deadline:
            raise RosterRefused(Problem("too_slow", params={"limit": int(limits.seconds)}))
        chunk = next(chunks, b"")
    if decode is not None:
        _decoded(decode, b"", lines, final=True)


def _counted(data: bytes | BinaryIO, limits: Limits) -> Iterator[bytes]:
    """Give the raw chunks; refuse at the first byte too many."""
    refused = RosterRefused(Problem("too_many_bytes", params={"limit": limits.total_bytes // MEBIBYTE}))
    if isinstance(data, bytes):
        if len(data) > limits.total_bytes:
            raise refused
        yield from (data[start : start + CHUNK_BYTES] for start in range(0, len(data), CHUNK_BYTES))
        return
    count = 0
    while chunk := data.read(CHUNK_BYTES):
        count += len(chunk)
        if count > limits.total_bytes:
            raise refused
        yield chunk


def _decoded(decode: Callable[[bytes, bool], str], chunk: bytes, lines: int, *, final: bool = False) -> str:
    """Decode a chunk that begins after that many line ends."""
    try:
        return decode(chunk, final)
    except UnicodeDecodeError as error:
        sound = error.object[: error.start].decode(error.encoding, "replace")
        problem = Problem("truncated" if final else "encoding_broken", lines + sound.count("\n") + 1)
    # Outside the handler, so that the bytes in the error go nowhere.
    raise RosterRefused(problem)


def _encoding(head: bytes) -> tuple[str, int]:
    """Decide the codec, and how many bytes of mark to skip."""
    if not head:
        raise RosterRefused(Problem("empty_file"))
    if head.startswith(b"PK"):
        raise RosterRefused(Problem("zip"))
    if head.startswith(b"\x1f\x8b"):
        raise RosterRefused(Problem("gzip"))
    mark, marked = next(((mark, name) for mark, name in MARKS if head.startswith(mark)), (b"", ""))
    if marked is None or (not mark and head.startswith(FOREIGN_OPENINGS)):
        raise RosterRefused(Problem("encoding_not_allowed", 1))
    # Of what may stand in a declaration, Latin-1 reads the bytes of all our encodings but UTF-16.
    start = head[len(mark) : HEAD_BYTES].decode(marked if marked.startswith("utf-16") else "iso-8859-1", "replace")
    if not start.lstrip(" \t\r\n").startswith("<"):
        raise RosterRefused(Problem("not_xml"))
    declared = _declared(start)
    if declared is None:
        return marked or "utf-8", len(mark)
    name = ENCODINGS.get(declared.lower())
    if name is None:
        raise RosterRefused(Problem("encoding_not_allowed", 1))
    agrees = name == marked or (name == "utf-16" and marked.startswith("utf-16")) if marked else "utf-16" not in name
    if not agrees:
        raise RosterRefused(Problem("encoding_contradiction", 1))
    return marked or name, len(mark)


def _declared(start: str) -> str | None:
    """Give the encoding in the XML declaration, None when it names none."""
    if not start.startswith("<?xml") or start[5:6] not in " \t\r\n":
        return None
    declaration, end, _rest = start[:DECLARATION_CHARACTERS].partition("?>")
    if not end:
        raise RosterRefused(Problem("malformed" if len(start) > DECLARATION_CHARACTERS else "truncated", 1))
    found = DECLARED_ENCODING.search(declaration)
    return found[1] if found else None
