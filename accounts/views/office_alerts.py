"""Alerts in the back office (SR-J04): one with its facts and what to do, and that it is solved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import OFFICE_ALERTS
from basispoort.audit.alerts import AboutOneself, kind_of, solve_alert
from basispoort.audit.models import Alert
from basispoort.lib.access import back_office

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from basispoort.lib.http import StaffRequest


@back_office(OFFICE_ALERTS)
@require_safe
def office_alert(request: StaffRequest, alert: UUID) -> HttpResponse:
    """Show one alert with its facts and what to do."""
    found = get_object_or_404(Alert, pk=alert)
    kind = kind_of(found.kind)
    return render(request, "accounts/office/alert.html", {"title": kind.label, "kind": kind, "alert": found})


@back_office(OFFICE_ALERTS)
@require_POST
def office_alert_solve(request: StaffRequest, alert: UUID) -> HttpResponse:
    """Mark an alert as solved."""
    try:
        if solve_alert(alert=get_object_or_404(Alert, pk=alert), acting_user=request.user):
            messages.success(request, _("The alert is solved. When it happens again, a new one opens."))
        else:
            messages.info(request, _("Somebody marked this alert as solved already."))
    except AboutOneself:
        messages.error(request, _("This alert is about your own account. Let a colleague look at it."))
    return redirect("admin:audit_alert_changelist")
