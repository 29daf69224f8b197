"""The agreement as a gate: without it a school's pages stay shut, but for those that lead to it (product D2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import redirect, render
from django.utils import timezone

from basispoort.lib.access import access_of
from dpa.permissions import AGREEMENT_ACCEPT

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest, HttpResponse

    from basispoort.lib.http import SchoolRequest


class AgreementMiddleware:
    """Sends who may accept to the agreement, and tells everybody else who must.

    Stands after the middleware that found the school; the school's date range answers, so it asks the database nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(
        self,
        request: SchoolRequest,
        view: Callable[..., HttpResponse],
        _args: tuple[Any, ...],
        _kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Keep a school's page shut while the school is not in service."""
        match = request.resolver_match
        access = access_of(view, match.view_name if match else "")
        if access is None or access.kind != "requires" or access.before_agreement:
            return None
        if request.school.is_in_service_on(timezone.localdate()):
            return None
        if request.user.has_perm(AGREEMENT_ACCEPT, request.school):
            return redirect("dpa:agreement", request.school)
        return render(request, "dpa/waiting.html", status=403)
