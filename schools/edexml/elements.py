"""What the reader asks of the XML library, with the types that its stubs leave open."""

from __future__ import annotations

import functools

from lxml import etree


def line_of(element: etree._Element) -> int:
    """Give the line on which the element begins."""
    line: int | None = element.sourceline  # type: ignore[assignment]  # the stubs have no type for it
    return line or 0


def text_of(element: etree._Element | None) -> str:
    """Give the element's text without white space around it; empty when there is none."""
    return "" if element is None else (element.text or "").strip()


def key_of(element: etree._Element) -> str:
    """Give the element's key; white space around it means nothing (handbook, keys)."""
    return (element.get("key") or "").strip()


def children_of(element: etree._Element) -> list[etree._Element]:
    """Give the elements in it, as they are now."""
    children: list[etree._Element] = element[:]  # type: ignore[index, assignment]  # the stubs know no slices
    return children


def search(element: etree._Element, path: str, **variables: int) -> list[etree._Element]:
    """Give the elements that the XPath finds."""
    found = _compiled(path)(element, **variables)
    return [item for item in found if isinstance(item, etree._Element)] if isinstance(found, list) else []


def number(element: etree._Element, path: str) -> int:
    """Give the XPath's value when that is a number or a truth."""
    value = _compiled(path)(element)
    assert isinstance(value, float | bool)
    return int(value)


@functools.cache
def _compiled(path: str) -> etree.XPath:
    """Compile each of the few paths once; none of them has anything of a file in it."""
    return etree.XPath(path)


def fault_of(error: etree.XMLSyntaxError) -> tuple[int, int | None]:
    """Give the number and the line of what the parser stumbled on, and leave its words, which may quote the file."""
    code: int = error.code  # type: ignore[attr-defined]  # missing in the stubs
    return code, error.lineno or None
