"""QR codes as pictures."""

from __future__ import annotations

import io

import segno


def qr_svg(content: str) -> bytes:
    """Give a QR code as an SVG picture, with the quiet border that scanners need."""
    stream = io.BytesIO()
    segno.make_qr(content, error="m").save(
        stream, kind="svg", border=4, xmldecl=False, svgclass=None, lineclass=None, omitsize=True, light="#fff"
    )
    return stream.getvalue()
