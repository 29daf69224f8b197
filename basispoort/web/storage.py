"""How static files are served: hashed, compressed, and the style as one file instead of forty requests."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.contrib.staticfiles import finders
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]  # it has none

if TYPE_CHECKING:
    from collections.abc import Iterator

SHEET = "css/main.css"
IMPORT = re.compile(r'@import url\("(?P<path>[^"]+)"\) layer\((?P<layer>\w+)\);')
URL = re.compile(r'url\("(?:\.\./)*(?=img/|fonts/)')
FROM_SHEET = 'url("../'
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
# Room that only people need: around braces and semicolons, after colons and commas. Room in selectors and sums stays.
ROOM = re.compile(r"\s*([{};])\s*|([:,])\s+")


def joined(sheet: Path) -> str:
    """Give a style sheet with its imports in place, each in its layer; addresses are those seen from the sheet.

    Comments and needless room are left out.
    """

    def content(found: re.Match[str]) -> str:
        text = (sheet.parent / found["path"]).read_text(encoding="utf-8")
        text = URL.sub(FROM_SHEET, text)
        return f"@layer {found['layer']} {{\n{text}}}"

    text = COMMENT.sub("", IMPORT.sub(content, sheet.read_text(encoding="utf-8")))
    return ROOM.sub(r"\1\2", text).replace(";}", "}").strip() + "\n"


class OneSheetStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # of an untyped package
    """Joins the style sheet at collectstatic, before its name gets the hash of what is in it."""

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: object) -> Iterator[Any]:  # noqa: FBT001, FBT002 - Django's own form
        """Join the imports of the style sheet, then hash and compress as ever."""
        source = finders.find(SHEET)
        if source and SHEET in paths and not dry_run:
            Path(self.path(SHEET)).write_text(joined(Path(source)), encoding="utf-8")
            paths = {**paths, SHEET: (self, SHEET)}
        yield from super().post_process(paths, dry_run, **options)
