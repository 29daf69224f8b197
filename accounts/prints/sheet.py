"""A sheet of A4 in equal pieces, with marks to cut along."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import segno
from fpdf import FPDF

if TYPE_CHECKING:
    from collections.abc import Iterator

FONTS = Path(__file__).parent / "fonts"
WIDTH_MM, HEIGHT_MM = 210.0, 297.0
MARK_MM = 4.0
INK, SOFT, LINE = (27, 47, 74), (76, 95, 120), (170, 170, 170)
MM_A_POINT = 25.4 / 72
SMALLEST_POINTS = 6.0


@cache
def _drawing(path: Path) -> bytes:
    return path.read_bytes()


class Sheet(FPDF):
    """Pages cut into `columns` by `rows`; millimetres everywhere, points for type."""

    def __init__(self, *, title: str, language: str, columns: int, rows: int, margin_mm: float = 10.0) -> None:
        super().__init__(unit="mm", format="A4")
        self.columns, self.rows, self.margin_mm = columns, rows, margin_mm
        self.piece_width = (WIDTH_MM - 2 * margin_mm) / columns
        self.piece_height = (HEIGHT_MM - 2 * margin_mm) / rows
        self.set_auto_page_break(False)
        self.set_margin(0)
        self.set_title(title)
        self.set_lang(language)
        self.add_font("Nunito", "", FONTS / "Nunito-Medium.ttf")
        self.add_font("Nunito", "B", FONTS / "Nunito-ExtraBold.ttf")

    def places(self, number: int) -> Iterator[tuple[float, float]]:
        """Give the upper left corner of each piece, on as many pages as it takes."""
        for place in range(number):
            on_page = place % (self.columns * self.rows)
            if on_page == 0:
                self.add_page()
                self._cut_marks()
            row, column = divmod(on_page, self.columns)
            yield self.margin_mm + column * self.piece_width, self.margin_mm + row * self.piece_height

    def _cut_marks(self) -> None:
        """Draw short lines at the edges of the page and a small cross at each inner corner."""
        self.set_draw_color(*LINE)
        self.set_line_width(0.2)
        xs = [self.margin_mm + each * self.piece_width for each in range(self.columns + 1)]
        ys = [self.margin_mm + each * self.piece_height for each in range(self.rows + 1)]
        for x in xs:
            self.line(x, self.margin_mm - 1 - MARK_MM, x, self.margin_mm - 1)
            self.line(x, HEIGHT_MM - self.margin_mm + 1, x, HEIGHT_MM - self.margin_mm + 1 + MARK_MM)
        for y in ys:
            self.line(self.margin_mm - 1 - MARK_MM, y, self.margin_mm - 1, y)
            self.line(WIDTH_MM - self.margin_mm + 1, y, WIDTH_MM - self.margin_mm + 1 + MARK_MM, y)
        for x in xs[1:-1]:
            for y in ys[1:-1]:
                self.line(x - 2, y, x + 2, y)
                self.line(x, y - 2, x, y + 2)

    def words(  # noqa: PLR0913 - a line of text has these
        self,
        text: str,
        x: float,
        y: float,
        width: float,
        *,
        size: float,
        bold: bool = False,
        soft: bool = False,
        align: str = "L",
        spacing: float = 0,
    ) -> None:
        """Write one line in a width, smaller where it would not fit, and cut short where even that is too long."""
        self.set_font("Nunito", "B" if bold else "", size)
        self.set_char_spacing(spacing)
        wide = self.get_string_width(text)
        if wide > width:
            self.set_font_size(max(SMALLEST_POINTS, size * width / wide * 0.98))
        while len(text) > 1 and self.get_string_width(text) > width:
            text = f"{text[:-2]}…"
        self.set_text_color(*(SOFT if soft else INK))
        self.set_xy(x, y)
        self.cell(width, size * MM_A_POINT * 1.25, text, align=align)
        self.set_char_spacing(0)

    def qr(self, content: str, x: float, y: float, side: float) -> None:
        """Draw a QR code with its quiet border."""
        stream = io.BytesIO()
        segno.make_qr(content, error="m").save(stream, kind="png", scale=8, border=3)
        stream.seek(0)
        self.image(stream, x, y, side, side)

    def picture(self, path: Path, x: float, y: float, side: float) -> None:
        """Draw one of our pictures."""
        self.image(io.BytesIO(_drawing(path)), x, y, side, side)

    def content(self) -> bytes:
        """Give the finished document."""
        return bytes(self.output())
