"""Lists for a spreadsheet, in which no cell computes anything (SR-E05)."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")  # noqa: RUF001 - full-width signs count too
BYTE_ORDER_MARK = "\ufeff"


def harmless(cell: str) -> str:
    """Give a cell that a spreadsheet takes as text: an apostrophe before what would start a formula."""
    return f"'{cell}" if cell.lstrip(" ").startswith(DANGEROUS) else cell


def harmless_csv(rows: Iterable[Sequence[str]]) -> str:
    """Give rows as CSV with semicolons and a byte order mark, which Dutch spreadsheets open as they are."""
    stream = io.StringIO()
    writer = csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return BYTE_ORDER_MARK + stream.getvalue()
