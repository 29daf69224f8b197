"""Headers and ids that every answer carries."""

from __future__ import annotations

import secrets
from contextvars import ContextVar
from typing import TYPE_CHECKING

from django.core.exceptions import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

request_id: ContextVar[str] = ContextVar("request_id", default="")
PERMISSIONS = (
    "accelerometer",
    "autoplay",
    "browsing-topics",
    "camera",
    "display-capture",
    "fullscreen",
    "geolocation",
    "gyroscope",
    "hid",
    "identity-credentials-get",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "publickey-credentials-create",
    "publickey-credentials-get",
    "screen-wake-lock",
    "serial",
    "usb",
    "xr-spatial-tracking",
)


def permissions_policy(*allowed: str) -> str:
    """Give the header that turns every power of the browser off, but those that the page needs for itself."""
    return ", ".join(f"{name}={'(self)' if name in allowed else '()'}" for name in PERMISSIONS)


PERMISSIONS_POLICY = permissions_policy()


class RequestIdMiddleware:
    """Gives each request an id of its own; it stands in the log, the audit trail and on the error page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the id for the time of the request; an id sent by the client is not believed."""
        token = request_id.set(secrets.token_hex(8))
        request.id = request_id.get()  # type: ignore[attr-defined]  # PortalRequest
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = request_id.get()
            return response
        finally:
            request_id.reset(token)


class PlainAddressMiddleware:
    """Refuses an address with a zero byte, which no table can be asked for, with 400 (SR-G06)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass every other request on."""
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            message = "The address holds a zero byte."
            raise BadRequest(message)
        return self.get_response(request)


class SecurityHeadersMiddleware:
    """Adds the headers that Django and django-csp do not (SR-G01); a view's own value stays."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer with the headers, whatever the status."""
        response = self.get_response(request)
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if not response.headers.get("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response
