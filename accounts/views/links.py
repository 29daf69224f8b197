"""Activation and forgotten passwords: asking for a link, and using one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions.tokens import LinkUnusable, ask_again, ask_for_link, owner_of, redeem_link
from accounts.challenges import desk
from accounts.failures import HOUR, REQUESTS, WRONG_TOKENS, Demand, request_key, token_key
from accounts.forms.staff import AddressForm, ChoosePasswordForm
from accounts.models import FailureCounter
from accounts.models.challenge import Redeemed
from accounts.models.token import FOR_PASSWORDS, TokenPurpose, hash_of
from accounts.views.challenge import told_to_wait, wait_words, with_challenge
from basispoort.lib.access import public
from basispoort.lib.address import client_address

if TYPE_CHECKING:
    from django.http import HttpResponse

    from basispoort.lib.http import PortalRequest

HELD, CHECKED, DEAD = "mailed_link", "checked_link", "dead_link"
FORGOTTEN, CHECK = "accounts/staff/forgotten.html", "accounts/staff/challenge.html"
NOT_HANDED_IN = (desk.Taken.NOTHING, Redeemed())
NEW_COMES = gettext_noop(
    "Was that link meant for you? Then a mail with a new one is on its way. No mail? Fill in your address here."
)
MAIL_COMES = gettext_noop(
    "If an account belongs to this address, a mail is on its way. Look in your spam folder as well."
)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def forgotten(request: PortalRequest) -> HttpResponse:
    """Ask for a link to choose a password; the answer is the same for every address (product A2)."""
    form = AddressForm(request.POST or None)
    key = request_key(client_address(request))
    demand = Demand(int(FailureCounter.number(key) >= REQUESTS))
    facts = {"form": form}
    if request.method == "POST" and form.is_valid():
        taken, redeemed = desk.hand_in(request, desk.Purpose.FORGOTTEN, demand)
        if redeemed.wait_seconds:
            form.add_error(None, wait_words(redeemed.wait_seconds))
            return told_to_wait(render(request, FORGOTTEN, facts), redeemed.wait_seconds)
        if len(redeemed.tickets) == demand.challenges:
            FailureCounter.add(key, HOUR)
            ask_for_link(address=form.cleaned_data["email"])
            messages.success(request, _(MAIL_COMES))
            return redirect("accounts:forgotten")
        form.add_error(None, _("Nothing is sent yet: do the extra check first."))
        return with_challenge(
            request, FORGOTTEN, facts, desk.Purpose.FORGOTTEN, demand, own_only=taken is desk.Taken.OWN_INSTEAD
        )
    return with_challenge(request, FORGOTTEN, facts, desk.Purpose.FORGOTTEN, demand)


@public
@never_cache
@require_safe
def link(request: PortalRequest, purpose: str, token: str) -> HttpResponse:
    """Take a link out of the address bar; looking at it never uses it up (SR-C04)."""
    # The hash alone: a copy of the table of sessions must not hold a link that works.
    request.session[HELD] = [purpose, hash_of(token).hex()]
    page = "accounts:confirm-address" if purpose == TokenPurpose.ADDRESS_CHANGE else "accounts:choose-password"
    return unseen(HttpResponseRedirect(reverse(page)))


@public
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def choose_password(request: PortalRequest) -> HttpResponse:
    """Choose a password by the link this browser opened; every bad link gets one and the same page (SR-C02)."""
    purpose, held = request.session.get(HELD, ("", ""))
    if (answer := check_first(request, held)) is not None:
        return answer
    try:
        user = owner_of(bytes.fromhex(held), TokenPurpose(purpose)) if held and purpose in FOR_PASSWORDS else None
    except (LinkUnusable, ValueError):
        user = None
    if user is None:
        return gone(request)
    form = ChoosePasswordForm(user, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        facts = {"form": form, "first_time": purpose == TokenPurpose.ACTIVATION}
        return render(request, "accounts/staff/choose_password.html", facts)
    try:
        redeem_link(token_hash=bytes.fromhex(held), purpose=TokenPurpose(purpose), password=form.cleaned_data["new"])
    except LinkUnusable:
        return gone(request)
    # A new session: whoever opened the link before has nothing in hand.
    request.session.flush()
    messages.success(request, _("Your password is set. Sign in with it now."))
    return redirect("accounts:sign-in")


def check_first(request: PortalRequest, held: str) -> HttpResponse | None:
    """Ask a challenge before a link is looked up, from where many wrong ones came lately (SR-C09); None lets through.

    One challenge is good for one link, however often its page is opened. Without a link there is nothing to look up.
    """
    if not held:
        return None
    demand = Demand(1)
    wrong = FailureCounter.number(token_key(client_address(request)))
    if wrong < WRONG_TOKENS or request.session.get(CHECKED) == held:
        return None
    taken, redeemed = desk.hand_in(request, desk.Purpose.LINK, demand) if request.method == "POST" else NOT_HANDED_IN
    if redeemed.tickets:
        request.session[CHECKED] = held
        return HttpResponseRedirect(request.path)
    if redeemed.wait_seconds:
        facts = {"wait": wait_words(redeemed.wait_seconds)}
        return told_to_wait(render(request, CHECK, facts), redeemed.wait_seconds)
    own_only = taken is desk.Taken.OWN_INSTEAD
    return with_challenge(request, CHECK, {}, desk.Purpose.LINK, demand, own_only=own_only)


def gone(request: PortalRequest) -> HttpResponse:
    """Give the one page of every link that does not work, and count the guess (SR-C02, SR-C09).

    One click there asks for a new link, where it was one for a password; another address is asked for by who is in.
    """
    if held := request.session.pop(HELD, None):  # who just opens the page guesses nothing
        FailureCounter.add(token_key(client_address(request)), HOUR)
        request.session[DEAD] = held
    request.session.pop(CHECKED, None)
    is_of_address = request.session.get(DEAD, [""])[0] == TokenPurpose.ADDRESS_CHANGE
    return render(request, "410.html", {"reference": request.id, "is_of_address": is_of_address}, status=410)


@public
@require_POST
def link_again(request: PortalRequest) -> HttpResponse:
    """Have a new link mailed in the place of a dead one; the same answer whether that was ever a link (SR-C02, C07)."""
    _purpose, held = request.session.pop(DEAD, ("", ""))
    key = request_key(client_address(request))
    if held and FailureCounter.number(key) < REQUESTS:
        FailureCounter.add(key, HOUR)
        ask_again(token_hash=bytes.fromhex(held))
        messages.success(request, _(NEW_COMES))
    return redirect("accounts:forgotten")


def unseen(response: HttpResponse) -> HttpResponse:
    """Let no other page learn the address of this one, which holds a token (SR-C08).

    For that address alone: on a page with a form, browsers would send `Origin: null` along, and the form would be
    refused as another site's. The pages after it hold no token in their address.
    """
    response["Referrer-Policy"] = "no-referrer"
    return response
