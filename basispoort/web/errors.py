"""Error pages: what happened, who can mend it, and a reference; nothing of the inside (SR-G06)."""

from __future__ import annotations

import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, cast

from django.db import InterfaceError, OperationalError
from django.shortcuts import render

from basispoort.audit.seals import report
from basispoort.lib.access import public

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from basispoort.lib.http import PortalRequest

AWAY_SECONDS = "10"
BUSY_SECONDS = "2"


def _page(request: PortalRequest, status: int) -> HttpResponse:
    return render(request, f"{status}.html", {"reference": getattr(request, "id", "")}, status=status)


class NotAllowedPageMiddleware:
    """Puts words where an address is opened in a way it does not work, such as the back of a form (405)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Fill an empty 405; what is allowed stays in its header."""
        response = self.get_response(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not response.content:
            response.content = _page(cast("PortalRequest", request), 405).content
        return response


@public
def bad_request(request: PortalRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's own form
    """Answer 400."""
    return _page(request, 400)


@public
def permission_denied(request: PortalRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's own form
    """Answer 403."""
    return _page(request, 403)


@public
def not_found(request: PortalRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django's own form
    """Answer 404, the same for what does not exist and for what is another school's."""
    return _page(request, 404)


@public
def server_error(request: PortalRequest) -> HttpResponse:
    """Answer 500, or 503 when it is the database that is away: that mends itself, and the page says so (SR-O)."""
    failure = sys.exc_info()[1]
    report(failure)
    if not isinstance(failure, (OperationalError, InterfaceError)):
        return _page(request, 500)
    context = {"reference": getattr(request, "id", ""), "away": True}
    response = render(request, "503.html", context, status=503)
    response["Retry-After"] = AWAY_SECONDS
    return response


def busy(request: HttpRequest) -> HttpResponse:
    """Answer 503: too many are signing in at this very moment; nothing was checked, and nothing counts (SR-O)."""
    response = render(request, "503.html", {"reference": getattr(request, "id", "")}, status=503)
    response["Retry-After"] = BUSY_SECONDS
    return response


@public
def csrf_failed(request: PortalRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's own form
    """Answer 403 for a form that did not come from our own page, or that waited too long."""
    return render(request, "403_csrf.html", {"reference": getattr(request, "id", "")}, status=403)
