"""The back office's host: another set of addresses, for the portal's own people alone (SR-P02, SR-B07)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings

from accounts.models import UserKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from accounts.models import User

URLCONF = "basispoort.back_office_urls"
# What of the portal opens under the back office's host as well: the ways in, the own account, and the machine's health.
OPEN_THERE = frozenset(
    {
        "home",
        "accounts:sign-in",
        "accounts:challenge",
        "accounts:sign-out",
        "accounts:forgotten",
        "accounts:link",
        "accounts:link-again",
        "accounts:choose-password",
        "accounts:language",
        "accounts:confirm-address",
        "otp_webauthn:js-i18n-catalog",
        "web:live",
        "web:ready",
    }
)


class BackOfficeMiddleware:
    """Chooses the addresses by the host: the admin is there on the back office's own host and nowhere else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the addresses of this host."""
        if is_back_office(request):
            request.urlconf = URLCONF
        return self.get_response(request)


def is_back_office(request: HttpRequest) -> bool:
    """Tell whether a request came to the back office's host; never where there is none."""
    office = urlsplit(settings.BACK_OFFICE_URL).hostname
    return office is not None and urlsplit(f"//{request.get_host()}").hostname == office


def belongs_here(request: HttpRequest | None, user: User) -> bool:
    """Tell whether somebody signs in on this host: the portal's own people on theirs, everybody else on the other."""
    return (user.kind == UserKind.PORTAL) == (request is not None and is_back_office(request))


def base_url_for(user: User) -> str:
    """Give the address under which somebody signs in, for links in mails (SR-C06)."""
    return settings.BACK_OFFICE_URL if user.kind == UserKind.PORTAL else settings.BASE_URL
