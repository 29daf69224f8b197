"""Google reCAPTCHA, third version: nothing to see, hear or solve, checked on our server by django-recaptcha (SR-K05).

django-recaptcha's form field passes X-Forwarded-For on as the client sent it, catches only HTTPError and writes its
script into the page: only its client is used here, with the address we know (SR-G05), and every way it can fail told
apart from a visitor who failed.
"""

from __future__ import annotations

import logging
import time
from enum import StrEnum
from http.client import HTTPException
from urllib.parse import urlsplit

from django.conf import settings
from django_recaptcha import client

LOGGER = logging.getLogger(__name__)
HOSTS = {
    "script-src": ["https://www.google.com/recaptcha/", "https://www.gstatic.com/recaptcha/"],
    "frame-src": ["https://www.google.com/recaptcha/"],
    "connect-src": ["https://www.google.com/recaptcha/"],
}
LONGEST_TOKEN = 8192
# Words by which Google says that we, not the visitor, did something wrong.
OUR_FAULTS = frozenset({"missing-input-secret", "invalid-input-secret", "bad-request", "invalid-keys"})
REST_SECONDS = 30


class Verdict(StrEnum):
    """What Google said of a token."""

    PASSED = "passed"
    REFUSED = "refused"  # replayed, made up, or from another site or form
    DOUBTED = "doubted"  # perhaps no person: our own challenge decides
    UNREACHABLE = "unreachable"  # no answer that can be used: our own challenge decides


class _Rest:
    """That Google could not be reached lately: this process asks nobody for it for half a minute."""

    until = 0.0


def is_configured() -> bool:
    """Tell whether the portal has keys for reCAPTCHA."""
    return bool(settings.RECAPTCHA_PUBLIC_KEY)


def is_in_service() -> bool:
    """Tell whether to show reCAPTCHA: there are keys, and Google answered when last asked."""
    return is_configured() and time.monotonic() >= _Rest.until


def forget_trouble() -> None:
    """Try Google again at once."""
    _Rest.until = 0.0


def verify(token: str, *, action: str, address: str) -> Verdict:
    """Ask Google about a token, for at most three seconds; host, action and score must be ours. Never raises."""
    if not token or len(token) > LONGEST_TOKEN:
        return Verdict.REFUSED
    try:
        answer = client.submit(token, settings.RECAPTCHA_PRIVATE_KEY, address)  # type: ignore[no-untyped-call]  # ships no types
        host, score = answer.extra_data.get("hostname"), float(answer.extra_data.get("score", 0))
    except (OSError, HTTPException, ValueError, LookupError, TypeError, AttributeError) as failure:
        # Anything from a refused connection to an answer that is no JSON object.
        LOGGER.warning("reCAPTCHA cannot be reached", extra={"failure": type(failure).__name__})
        _Rest.until = time.monotonic() + REST_SECONDS
        return Verdict.UNREACHABLE
    if faults := OUR_FAULTS.intersection(answer.error_codes):
        LOGGER.error("reCAPTCHA refuses our keys", extra={"failure": ", ".join(sorted(faults))})
        _Rest.until = time.monotonic() + REST_SECONDS
        return Verdict.UNREACHABLE
    if answer.is_valid is not True or host != urlsplit(settings.BASE_URL).hostname or answer.action != action:
        return Verdict.REFUSED
    return Verdict.PASSED if score >= settings.RECAPTCHA_REQUIRED_SCORE else Verdict.DOUBTED
