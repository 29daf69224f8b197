"""Activation and forgotten passwords: asking for a link, and using one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions.tokens import LinkUnusable, ask_for_link, owner_of, redeem_link
from accounts.forms.staff import AddressForm, ChoosePasswordForm
from accounts.models.token import TokenPurpose, hash_of
from basispoort.lib.access import public
from basispoort.lib.hashers import HashersBusy

if TYPE_CHECKING:
    from django.http import HttpResponse

    from basispoort.lib.http import PortalRequest

HELD = "mailed_link"


@public
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: PortalRequest) -> HttpResponse:
    """Ask for a link to choose a password; the answer is the same for every address (product A2)."""
    form = AddressForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        ask_for_link(address=form.cleaned_data["email"])
        messages.success(
            request, _("If an account belongs to this address, a mail is on its way. Look in your spam folder as well.")
        )
        return redirect("accounts:forgotten")
    return render(request, "accounts/staff/forgotten.html", {"form": form})


@public
@never_cache
@require_safe
def link(request: PortalRequest, purpose: str, token: str) -> HttpResponse:
    """Take a link out of the address bar; looking at it never uses it up (SR-C04)."""
    # The hash alone: a copy of the table of sessions must not hold a link that works.
    request.session[HELD] = [purpose, hash_of(token).hex()]
    return _unseen(HttpResponseRedirect(reverse("accounts:choose-password")))


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def choose_password(request: PortalRequest) -> HttpResponse:
    """Choose a password by the link this browser opened; every bad link gets one and the same page (SR-C02)."""
    purpose, held = request.session.get(HELD, ("", ""))
    try:
        user = owner_of(bytes.fromhex(held), TokenPurpose(purpose)) if held else None
    except (LinkUnusable, ValueError):
        user = None
    if user is None:
        return _gone(request)
    form = ChoosePasswordForm(user, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        facts = {"form": form, "first_time": purpose == TokenPurpose.ACTIVATION}
        return _unseen(render(request, "accounts/staff/choose_password.html", facts))
    try:
        redeem_link(token_hash=bytes.fromhex(held), purpose=TokenPurpose(purpose), password=form.cleaned_data["new"])
    except LinkUnusable:
        return _gone(request)
    except HashersBusy:
        response = render(request, "503.html", status=503)
        response["Retry-After"] = "2"
        return response
    # A new session: whoever opened the link before has nothing in hand.
    request.session.flush()
    messages.success(request, _("Your password is set. Sign in with it now."))
    return redirect("accounts:sign-in")


def _gone(request: PortalRequest) -> HttpResponse:
    request.session.pop(HELD, None)
    return _unseen(render(request, "410.html", {"reference": request.id}, status=410))


def _unseen(response: HttpResponse) -> HttpResponse:
    """Let no other page learn the address of this one (SR-C08)."""
    response["Referrer-Policy"] = "no-referrer"
    return response
