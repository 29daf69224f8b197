"""The plain form in which documents are written: blocks between empty lines. Pure: text in, blocks out.

A block that starts with `== ` is a heading, one whose lines start with `- ` a list, any other a paragraph. Nothing in
it is markup: every word is escaped where it is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

HEADING, ITEM = "== ", "- "


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a document: a heading or paragraph has one line, a list one for each item."""

    kind: Literal["heading", "list", "paragraph"]
    lines: tuple[str, ...]


def blocks_of(text: str) -> list[Block]:
    """Give the blocks of a document's text."""
    return [_block([line.strip() for line in part.split("\n")]) for part in text.strip().split("\n\n") if part.strip()]


def _block(lines: list[str]) -> Block:
    if lines[0].startswith(HEADING):
        return Block("heading", (" ".join(lines).removeprefix(HEADING),))
    if lines[0].startswith(ITEM):
        items: list[str] = []
        for line in lines:
            if line.startswith(ITEM):
                items.append(line.removeprefix(ITEM))
            else:
                items[-1] += f" {line}"
        return Block("list", tuple(items))
    return Block("paragraph", (" ".join(lines),))


def in_groups(digest: str) -> str:
    """Give a digest in groups of eight, as people compare it and as it fits on a narrow screen."""
    return " ".join(digest[at : at + 8] for at in range(0, len(digest), 8))
