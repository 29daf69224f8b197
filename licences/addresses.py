"""Addresses outside the house: which are allowed, and what of them a policy needs."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from basispoort.lib.outside import may_call

LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def origin_of(address: str) -> str:
    """Give scheme, host and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


def check_called_address(address: str) -> None:
    """Refuse an address that the portal itself could not call: no https, or a number or bare name instead of a host.

    Where a name leads is looked at each time it is called. Raises ValidationError.
    """
    check_outside_address(address)
    host = urlsplit(address).hostname or ""
    try:
        allowed = may_call(host)
    except ValueError:  # a name
        allowed = host in LOOPBACK or (host.rpartition(".")[2].isalpha() and "." in host)
    if not allowed or (host in LOOPBACK and settings.HTTPS):
        raise ValidationError(_("Give an address on the public internet that starts with https://."), code="address")


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
