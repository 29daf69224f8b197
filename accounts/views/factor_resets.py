"""Renewing a colleague's lost second step, two by two (SR-A11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST

from accounts import permissions
from accounts.actions.factor_reset import (
    BeyondSchool,
    ResetOver,
    ResetTakesTwo,
    ask_reset,
    confirm_reset,
    withdraw_reset,
)
from accounts.failures import TooManyTries
from accounts.forms.roles import ResetForm
from accounts.models import FactorReset
from accounts.staff_list import staff_of
from basispoort.lib.access import fresh, requires

if TYPE_CHECKING:
    from uuid import UUID

    from basispoort.lib.http import SchoolRequest

FOR_THE_HELPDESK = gettext_noop("The school alone cannot renew this second step. Call the helpdesk.")


@fresh
@requires(permissions.FACTOR_RESET)
@require_POST
def reset_ask(request: SchoolRequest, school: str, user: UUID) -> HttpResponse:  # noqa: ARG001 - see above
    """Ask to renew somebody's second step."""
    rows = staff_of(request.school, user=user)
    form = ResetForm(request.POST)
    if not rows or not form.is_valid():
        raise Http404
    if rows[0].is_invited:
        messages.info(request, _("This person has no second step yet."))
        return redirect("accounts:staff-person", request.school, user)
    try:
        ask_reset(
            school=request.school,
            user=rows[0].roles[0].user,
            reason=form.cleaned_data["reason"],
            acting_user=request.user,
        )
        messages.success(request, _("Now another ICT coordinator or the head has to confirm it, on this page."))
    except ResetTakesTwo:
        raise PermissionDenied from None
    except BeyondSchool:
        messages.error(request, _(FOR_THE_HELPDESK))
    except ResetOver:
        messages.info(request, _("Somebody asked for this already."))
    except TooManyTries:
        messages.error(request, _("This was asked three times today. Ask again tomorrow, or call the helpdesk."))
    return redirect("accounts:staff-person", request.school, user)


@fresh
@requires(permissions.FACTOR_RESET)
@require_POST
def reset_confirm(request: SchoolRequest, school: str, reset: UUID) -> HttpResponse:  # noqa: ARG001 - see above
    """Confirm what a colleague asked."""
    found = get_object_or_404(
        FactorReset.objects.for_school(request.school).select_related("user", "asked_by"), pk=reset
    )
    try:
        confirm_reset(school=request.school, reset=found, acting_user=request.user)
        messages.success(request, _("The second step is taken away. At the next sign-in a new one is set up."))
    except ResetTakesTwo:
        messages.error(request, _("You asked this yourself. Another ICT coordinator or the head has to confirm it."))
    except BeyondSchool:
        messages.error(request, _(FOR_THE_HELPDESK))
    except ResetOver:
        messages.info(request, _("This was done or withdrawn already, or is too long ago. Ask anew."))
    return redirect("accounts:staff-person", request.school, found.user_id)


@requires(permissions.FACTOR_RESET)
@require_POST
def reset_withdraw(request: SchoolRequest, school: str, reset: UUID) -> HttpResponse:  # noqa: ARG001 - see above
    """Withdraw a request that nobody has confirmed."""
    found = get_object_or_404(FactorReset.objects.for_school(request.school).select_related("user"), pk=reset)
    try:
        withdraw_reset(school=request.school, reset=found, acting_user=request.user)
        messages.success(request, _("Withdrawn."))
    except ResetOver:
        messages.info(request, _("This was done or withdrawn already."))
    return redirect("accounts:staff-person", request.school, found.user_id)
