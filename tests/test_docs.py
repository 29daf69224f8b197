"""The documentation names files that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
OF_THE_PROJECT = re.compile(r"`((?:basispoort|schools|accounts|licences|dpa|templates|static|tests|docs)/[\w./-]+)`")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_page_names_files_that_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    named = [ROOT / name for name in OF_THE_PROJECT.findall(text)] + [page.parent / link for link in LINK.findall(text)]

    assert [path.as_posix() for path in named if not path.exists()] == []
