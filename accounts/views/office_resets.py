"""Renewals of a second step by the helpdesk (SR-A11): what waits, what was done today, ask, confirm, withdraw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from accounts.actions.factor_reset import ResetOver, ResetTakesTwo
from accounts.actions.office_reset import (
    NobodyForUs,
    ask_office_reset,
    confirm_office_reset,
    done_lately,
    open_requests,
    withdraw_office_reset,
)
from accounts.failures import TooManyTries
from accounts.forms.office import AddressForm, OfficeResetForm
from accounts.models import OfficeReset
from accounts.permissions import OFFICE_RESET
from basispoort.lib.access import back_office, fresh

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from basispoort.lib.http import StaffRequest

TOO_OFTEN = gettext_noop("Too many tries in a short time. Wait a while, and look in the call for the right address.")
LIST = "admin:accounts_officereset_changelist"


def _page(request: StaffRequest, form: OfficeResetForm, status: int = 200) -> HttpResponse:
    facts = {
        "form": form,
        "waiting": open_requests().select_related("asked_by").order_by("asked_at"),
        "done": done_lately().select_related("asked_by", "confirmed_by"),
    }
    return render(request, "accounts/office/resets.html", facts, status=status)


@back_office(OFFICE_RESET)
@require_safe
def office_resets(request: StaffRequest) -> HttpResponse:
    """Show what waits for a second person, and what was done in the last day."""
    return _page(request, OfficeResetForm())


@fresh
@back_office(OFFICE_RESET)
@require_POST
def office_reset_ask(request: StaffRequest) -> HttpResponse:
    """Ask to renew somebody's second step, after the identity was checked."""
    form = OfficeResetForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    try:
        ask_office_reset(acting_user=request.user, **form.cleaned_data)
        messages.success(request, _("Asked. Now a colleague of the helpdesk has to confirm it, on this page."))
        return redirect(LIST)
    except NobodyForUs:
        form.add_error("address", _("Nobody with this address needs you for this, or the own school can do it alone."))
    except ResetTakesTwo:
        form.add_error("address", _("That is your own. Let two colleagues do it."))
    except ResetOver:
        form.add_error(None, _("A colleague asked for this already: see below."))
    except TooManyTries:
        form.add_error(None, _(TOO_OFTEN))
        return _page(request, form, status=429)
    return _page(request, form)


@fresh
@back_office(OFFICE_RESET)
@require_POST
def office_reset_confirm(request: StaffRequest, reset: UUID) -> HttpResponse:
    """Confirm what a colleague asked."""
    found = get_object_or_404(OfficeReset.objects.select_related("user", "asked_by"), pk=reset)
    form = AddressForm(request.POST)
    address = form.cleaned_data["address"] if form.is_valid() else ""
    try:
        confirm_office_reset(reset=found, address=address, acting_user=request.user)
        messages.success(request, _("The second step is taken away. At the next sign-in a new one is set up."))
    except NobodyForUs:
        messages.error(request, _("This is not the address of the person it is about. Look in the call."))
    except ResetTakesTwo:
        messages.error(request, _("You asked this yourself, or it is about you. Somebody else has to confirm it."))
    except ResetOver:
        messages.info(request, _("This was done or withdrawn already, or is too long ago. Ask anew."))
    except TooManyTries:
        form = OfficeResetForm()
        messages.error(request, _(TOO_OFTEN))
        return _page(request, form, status=429)
    return redirect(LIST)


@back_office(OFFICE_RESET)
@require_POST
def office_reset_withdraw(request: StaffRequest, reset: UUID) -> HttpResponse:
    """Withdraw a request that nobody has confirmed."""
    found = get_object_or_404(OfficeReset.objects.select_related("user"), pk=reset)
    try:
        withdraw_office_reset(reset=found, acting_user=request.user)
        messages.success(request, _("Withdrawn."))
    except ResetOver:
        messages.info(request, _("This was done or withdrawn already."))
    return redirect(LIST)
