"""Addresses outside the house: which are allowed, and what of them a policy needs."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def origin_of(address: str) -> str:
    """Give scheme, host and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def check_outside_address(address: str) -> None:
    """Refuse an address that is not https; http only on this very machine, and only while the portal is too.

    Raises ValidationError. User information, fragments, blanks and control characters are refused as well.
    """
    try:
        parts = urlsplit(address)
        allowed = parts.scheme == "https" or (
            parts.scheme == "http" and not settings.HTTPS and parts.hostname in LOOPBACK
        )
        clean = bool(parts.hostname) and parts.username is None and not parts.fragment and parts.port != 0
    except ValueError:
        allowed = clean = False
    if not (allowed and clean) or any(letter <= " " or letter == "\\" for letter in address):
        raise ValidationError(_("Give a whole address that starts with https://."), code="address")
