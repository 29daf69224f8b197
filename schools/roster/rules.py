"""The rules by which a file becomes a roster, as a hash: a digest made under other rules is worth nothing."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from lxml import etree

APP = Path(__file__).parent.parent
SOURCES = ("edexml/*.py", "roster/*.py", "actions/compare.py", "actions/write_roster.py")


@cache
def rules() -> bytes:
    """Give a hash over the code that reads, compares and writes rosters, and the parser below it.

    It changes by itself with every release that changes any of them, so nobody has to remember a version number.
    """
    told = hashlib.sha256(repr(etree.LIBXML_VERSION).encode())
    for path in sorted(path for pattern in SOURCES for path in APP.glob(pattern)):
        told.update(path.read_bytes())
    return told.digest()
