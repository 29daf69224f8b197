"""The challenge on a page: shown with a form, and handed in by the page's script while somebody is still typing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.http import JsonResponse
from django.shortcuts import render
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.actions.sign_in import demand_before
from accounts.challenges import desk
from accounts.failures import Demand
from accounts.forms.staff import HandInForm
from basispoort.lib.access import public

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.http import HttpResponse

    from basispoort.lib.http import PortalRequest

DEVICE_COOKIE = "__Host-device" if settings.HTTPS else "device"


def with_challenge(  # noqa: PLR0913 - a page and its challenge are all of these
    request: PortalRequest,
    template: str,
    facts: Mapping[str, object],
    purpose: desk.Purpose,
    demand: Demand,
    *,
    own_only: bool = False,
) -> HttpResponse:
    """Show a page, with a challenge on it when the next try costs one."""
    if not demand.challenges:
        return render(request, template, dict(facts))
    offer = desk.offer(request, purpose, demand, own_only=own_only)
    return offer.show_on(render(request, template, {**facts, "challenge": offer}))


def wait_words(seconds: int) -> str:
    """Say how long to wait before the next try."""
    words = ngettext(
        "There were several tries. Wait %(seconds)d second and try again.",
        "There were several tries. Wait %(seconds)d seconds and try again.",
        seconds,
    )
    return words % {"seconds": seconds}


def told_to_wait(response: HttpResponse, seconds: int) -> HttpResponse:
    """Make an answer say that it came too early."""
    response.status_code = 429
    response["Retry-After"] = str(seconds)
    return response


@public
@transaction.non_atomic_requests
@require_POST
def challenge(request: PortalRequest) -> HttpResponse:
    """Take a solved challenge in, so that its wait runs while the password is being typed.

    Answers the seconds to wait, and the next challenge while more are needed. It tells the same of every address.
    """
    form = HandInForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"solved": False, "wait": 0, "next": None}, status=400)
    purpose = desk.Purpose(form.cleaned_data["purpose"])
    taken = desk.take(request, purpose)
    demand = Demand(1)
    if purpose is desk.Purpose.SIGN_IN:
        cookie = request.COOKIES.get(DEVICE_COOKIE, "")
        demand = demand_before(request, email=form.cleaned_data["email"], device_cookie=cookie)
    found = desk.look(request, purpose, demand)
    facts: dict[str, object] = {"solved": taken is desk.Taken.SOLVED, "wait": found.wait_seconds, "next": None}
    if demand.challenges and not found.tickets and not found.wait_seconds:
        offer = desk.offer(request, purpose, demand, own_only=True)
        return offer.show_on(JsonResponse(facts | {"next": json.loads(offer.work)}))
    return JsonResponse(facts)
