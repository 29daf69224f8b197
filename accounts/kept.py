"""Words that a session keeps from one page to the next, sealed: a copy of the table of sessions shows none (SR-I02)."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from basispoort.lib import crypto
from basispoort.lib.crypto import SealBroken

if TYPE_CHECKING:
    from django.http import HttpRequest

    from basispoort.lib.crypto import Ring


def keep(request: HttpRequest, key: str, about: object, words: str, *, ring: Ring = "FIELD_KEYS") -> None:
    """Keep words about one thing for the next page; what was kept under the key before is gone."""
    sealed = crypto.seal(words.encode(), _place(key, about), ring=ring)
    request.session[key] = base64.b64encode(sealed).decode()


def kept(request: HttpRequest, key: str, about: object, *, ring: Ring = "FIELD_KEYS") -> str:
    """Give what was kept; nothing when it was about something else, or there is none."""
    try:
        sealed = base64.b64decode(request.session.get(key, ""))
        return crypto.open_seal(sealed, _place(key, about), ring=ring).decode()
    except (SealBroken, binascii.Error):
        return ""


def _place(key: str, about: object) -> bytes:
    return f"session|{key}|{about}".encode()
