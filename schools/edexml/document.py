"""XML as a stream of rows: the elements two levels below the root, each whole, in the order of the file.

libxml2 builds the tree chunk by chunk and its own compiled XPath checks what was built, so that Python touches only
the rows. Measured on a school of 220 pupils, before any check: 0.7 ms; a parser that calls Python for each element
takes 1.5 ms (lxml's target) or 2.0 ms (expat).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lxml import etree

from schools.edexml.elements import children_of, fault_of, line_of, number, search
from schools.edexml.fields import LENGTHS
from schools.edexml.problems import Problem, RosterRefused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schools.edexml.limits import Limits

ROOT = "EDEX"
HEADER = "school"
# How far the prolog is read at a time, to the next ">" or the stretch: one declaration, and no entity bomb.
PROLOG_STEP_BYTES = 64
PROLOG_STRETCH_BYTES = 1024
TAIL_BYTES = 256
# More than this without a "<" is one tag or remark that would fill the parser's memory before anyone can look at it.
SINGLE_BYTES = 256 * 1024
# The shortest element, `<a/>`.
ELEMENT_BYTES = 4
# Below a field there is nothing, save in these; one search finds all else, and with it whatever lies too deep.
FIELD_DEPTH = 4
UNUSUAL = "boolean(/*/*/*/*/*[not(parent::samengestelde_groepen or parent::groepen or parent::toevoegingen) or .%s])"
# More words from the parser than this mean no good.
PARSER_REMARKS = 20


def stream_rows(chunks: Iterable[bytes], limits: Limits) -> Iterator[tuple[str, list[etree._Element]]]:
    """Give each section's name with its rows so far, and the header as a section with itself as only row.

    A section may come in several parts. Rows are gone once the next part is asked for. Raises RosterRefused for a
    DOCTYPE, for what is not sound XML with EDEX as its root, and for anything over the limits.
    """
    prolog = _Prolog(limits)
    body = _Body(limits)
    incoming = iter(chunks)
    chunk = next(incoming, b"")
    while chunk:
        following = next(incoming, b"")
        prolog.read(chunk)
        body.feed(chunk)
        if not following:
            break
        yield from body.rows()
        body.forget()
        chunk = following
    body.close()
    yield from body.rows()


class _Prolog:
    """Reads up to the first element with a parser of its own, to hear of a DOCTYPE from the parser (SR-D02)."""

    def __init__(self, limits: Limits) -> None:
        self._left = limits.prolog_bytes
        self._listener = _PrologListener()
        self._parser = etree.XMLParser(
            target=self._listener,  # type: ignore[arg-type]  # the stubs ask for calls that may be left out
            encoding="utf-8",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
        )

    def read(self, chunk: bytes) -> None:
        """Take the next chunk; once the root is found this does nothing."""
        at = 0
        while not self._listener.root_seen and at < len(chunk):
            end = chunk.find(b">", at + PROLOG_STEP_BYTES, at + PROLOG_STRETCH_BYTES) + 1 or at + PROLOG_STRETCH_BYTES
            _feed(self._parser, chunk[at:end])
            self._left -= end - at
            if self._left < 0 and not self._listener.root_seen:
                raise RosterRefused(Problem("not_edexml"))
            at = end


class _PrologListener:
    """What the parser calls."""

    def __init__(self) -> None:
        self.root_seen = False

    def doctype(self, _name: str, _public_id: str | None, _system: str | None) -> None:
        """Hear that a document type declaration begins."""
        raise RosterRefused(Problem("doctype"))

    def start(self, tag: str, _attributes: object) -> None:
        """Hear that an element begins."""
        if not self.root_seen and tag != ROOT:
            raise RosterRefused(Problem("not_edexml"))
        self.root_seen = True

    def close(self) -> None:
        """Give nothing: the tree is the other parser's."""


class _Body:
    """The tree as far as it was read and not yet forgotten."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._parser = etree.XMLPullParser(
            ("start",),
            tag=ROOT,
            encoding="utf-8",
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_blank_text=True,
            remove_comments=True,
            remove_pis=True,
            collect_ids=False,
        )
        self._screen = _Screen(limits)
        self._root: etree._Element | None = None
        self._tail = b""
        self._bytes = 0
        self._open_bytes = 0
        self._closed = False
        self._elements = 0
        self._retained = 0

    def feed(self, chunk: bytes) -> None:
        """Build the next part of the tree."""
        self._screen.look_at(chunk)
        self._bytes += len(chunk)
        last = chunk.rfind(b"<")
        self._open_bytes = len(chunk) - last if last >= 0 else self._open_bytes + len(chunk)
        if last < 0 and self._open_bytes > SINGLE_BYTES:
            raise RosterRefused(Problem("value_too_long", params={"limit": self._limits.value_characters}))
        self._tail = (self._tail + chunk[-TAIL_BYTES:])[-TAIL_BYTES:]
        try:
            _feed(self._parser, chunk)
        except RosterRefused:
            self._find_root()
            self._check_depth()
            raise
        self._find_root()

    def close(self) -> None:
        """Take it that this was all, and refuse a file that stops halfway."""
        try:
            root = self._parser.close()
        except etree.XMLSyntaxError as error:
            code, line = fault_of(error)
            whole = f"</{ROOT}".encode() in self._tail
            problem = _syntax_problem(code, line) if whole else Problem("truncated", line)
        else:
            # libxml2 can be made to begin a second document after an error; we hold on to the first.
            if root is self._root:
                self._closed = True
                return
            problem = Problem("malformed")
        raise RosterRefused(problem)

    def rows(self) -> Iterator[tuple[str, list[etree._Element]]]:
        """Give what is whole, when all of it is within the limits."""
        root = self._root
        if root is None:
            return
        self._check(root)
        sections = children_of(root)
        for section in sections:
            whole = self._closed or section is not sections[-1]
            if section.tag == HEADER:
                if whole:
                    yield HEADER, [section]
            else:
                rows = children_of(section)
                if not whole:
                    del rows[-1:]
                yield section.tag, rows
                if not self._closed:
                    del section[: len(rows)]
            if whole and not self._closed:
                root.remove(section)

    def forget(self) -> None:
        """Count what could not be given yet; refuse a row that grows without end."""
        if self._root is not None:
            self._retained = number(self._root, "count(//*)")
            if self._retained > self._limits.row_elements:
                raise RosterRefused(Problem("too_many_elements", line_of(self._root)))

    def _find_root(self) -> None:
        for _event, element in self._parser.read_events():
            if self._root is None and isinstance(element, etree._Element):
                self._root = element
                # The prolog's parser would have told; this holds should the two ever differ.
                if element.getroottree().docinfo.internalDTD is not None:
                    raise RosterRefused(Problem("doctype"))

    def _check(self, root: etree._Element) -> None:
        # A file that came in one piece and has too few bytes for so many elements need not be counted.
        if self._elements or not self._closed or self._bytes // ELEMENT_BYTES > self._limits.elements:
            self._elements += number(root, "count(//*)") - self._retained
            if self._elements > self._limits.elements:
                raise RosterRefused(Problem("too_many_elements"))
        if self._limits.depth <= FIELD_DEPTH or number(root, UNUSUAL % ("/*" * (self._limits.depth - FIELD_DEPTH))):
            self._check_depth()
            self._check_nesting(root)
        if self._screen.suspicious:
            for code, limit, path in (
                ("too_many_attributes", self._limits.attributes, "//*[@*[$limit + 1]]"),
                ("value_too_long", self._limits.value_characters, "//text()[string-length() > $limit]/.."),
                ("value_too_long", self._limits.value_characters, "//@*[string-length() > $limit]/.."),
            ):
                _refuse_found(search(root, f"({path})[1]", limit=limit), code, limit)

    def _check_nesting(self, root: etree._Element) -> None:
        """Refuse a value with elements inside, of which only the first words would be read."""
        for holder in search(root, "/*/*/*/*[*]"):
            if holder.tag in LENGTHS:
                raise RosterRefused(Problem("nested", line_of(holder), holder.tag))

    def _check_depth(self) -> None:
        if self._root is not None:
            found = search(self._root, f"({'/*' * (self._limits.depth + 1)})[1]")
            _refuse_found(found, "too_deep", self._limits.depth)


class _Screen:
    """Looks at the bytes for what could hide a long value or many attributes.

    Goes from "<" to "<" in steps of at most the longest value: where there is one to step to, and not more "=" on the
    way than one element may have attributes, nothing can be over. Where it is otherwise, the tree is searched;
    searching it always would take half as long as parsing.
    """

    def __init__(self, limits: Limits) -> None:
        self._attributes = limits.attributes
        self._stride = limits.value_characters
        self._carried = b""
        self.suspicious = False

    def look_at(self, chunk: bytes) -> None:
        """Take the next chunk; a suspicion stays."""
        if self.suspicious:
            return
        at = 0
        if not self._carried and chunk.startswith(b"<?xml"):
            at = chunk.find(b"?>") + 2
        chunk = self._carried + chunk
        # Comments, sections and instructions vanish and leave the text on both sides of them as one value.
        if _holds(chunk, b"!", at) or _holds(chunk, b"?", at):
            self.suspicious = True
            return
        while len(chunk) - at > self._stride:
            last = chunk.rfind(b"<", at + 1, at + self._stride)
            if last < 0 or chunk.count(b"=", at, last) > self._attributes:
                self.suspicious = True
                return
            at = last
        # The end is looked at with what follows; should nothing follow, it is too short to be over.
        self.suspicious = chunk.count(b"=", at) > self._attributes
        self._carried = chunk[at:]


def _holds(chunk: bytes, sign: bytes, start: int) -> bool:
    """Tell whether "<" and the sign stand together; quick where the sign stands nowhere."""
    return chunk.find(sign, start) >= 0 and chunk.find(b"<" + sign, start) >= 0


def _feed(parser: etree.XMLParser | etree.XMLPullParser, chunk: bytes) -> None:
    """Feed and refuse at the first error; the parser's own words may quote the file and go nowhere."""
    problem = None
    try:
        parser.feed(chunk)
    except etree.XMLSyntaxError as error:
        problem = _syntax_problem(*fault_of(error))
    if problem is None:
        # Some errors stop the parser without being raised, and the next feed would begin a new document.
        remarks = parser.feed_error_log
        if len(remarks) > PARSER_REMARKS:
            problem = Problem("malformed", remarks[0].line)
        for remark in remarks:
            if remark.level >= etree.ErrorLevels.ERROR:
                problem = _syntax_problem(remark.type, remark.line)
                break
    if problem is not None:
        raise RosterRefused(problem)


def _syntax_problem(code: int, line: int | None) -> Problem:
    if code == etree.ErrorTypes.ERR_INVALID_CHAR:
        return Problem("forbidden_character", line or None)
    if code in {etree.ErrorTypes.ERR_INVALID_ENCODING, etree.ErrorTypes.I18N_CONV_FAILED}:
        return Problem("encoding_broken", line or None)
    return Problem("malformed", line or None)


def _refuse_found(found: list[etree._Element], code: str, limit: int) -> None:
    """Refuse when the search found an element, and name its line."""
    if found:
        raise RosterRefused(Problem(code, line_of(found[0]), params={"limit": limit}))
