"""Changing the own e-mail address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.actions import address as actions
from accounts.actions.tokens import LinkUnusable
from accounts.forms.staff import AddressForm
from accounts.models import TokenPurpose
from accounts.views.links import HELD, check_first, gone
from basispoort.lib.access import fresh, own_account, public

if TYPE_CHECKING:
    from django.http import HttpResponse

    from basispoort.lib.http import PortalRequest, StaffRequest


@fresh
@own_account
@never_cache
@require_http_methods(["GET", "POST"])
def address(request: StaffRequest) -> HttpResponse:
    """Show the own address, which nobody else sees, and ask for another."""
    form = AddressForm(request.POST if "email" in request.POST else None)
    if form.is_bound and form.is_valid():
        if actions.ask_address_change(user=request.user, new=form.cleaned_data["email"]):
            messages.success(request, _("Look in the mail at the new address and open the link there."))
        else:
            messages.error(request, _("You asked several times already. Wait an hour and try again."))
        return redirect("accounts:address")
    return render(request, "accounts/staff/address.html", {"form": form})


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm_address(request: PortalRequest) -> HttpResponse:
    """Confirm a new address by the link that this browser opened."""
    purpose, held = request.session.get(HELD, ("", ""))
    if (answer := check_first(request, held)) is not None:
        return answer
    if purpose != TokenPurpose.ADDRESS_CHANGE:
        return gone(request)
    try:
        if request.method != "POST":
            facts = {"address": actions.address_of(bytes.fromhex(held))}
            return render(request, "accounts/staff/confirm_address.html", facts)
        actions.confirm_address(token_hash=bytes.fromhex(held))
    except (LinkUnusable, ValueError):
        return gone(request)
    request.session.flush()
    messages.success(request, _("Your address is changed. Sign in with it now."))
    return redirect("accounts:sign-in")
