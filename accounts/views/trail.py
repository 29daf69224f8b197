"""Logboek: what was done and seen at the school, by whom (product A12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import events, permissions
from accounts.forms.roles import ExportForm
from accounts.forms.trail import TrailForm
from accounts.trail_page import entries_of, in_words, page_of
from basispoort.audit import trail
from basispoort.audit.models import AuditHead
from basispoort.lib.access import fresh, requires
from basispoort.lib.csv import harmless_csv

if TYPE_CHECKING:
    from basispoort.lib.http import SchoolRequest

MOST_ROWS = 5_000


@requires(permissions.TRAIL_VIEW)
@require_safe
def log(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - the middleware found the school
    """Show the trail of the school, newest first; the look itself stands in it, once a visit."""
    form = TrailForm(request.GET)
    before = request.GET.get("voor", "")
    if not before:
        trail.record(events.TRAIL_VIEWED, school=request.school, acting_user=request.user)
    query = request.GET.copy()
    query.pop("voor", None)
    facts = {
        "form": form,
        "page": page_of(entries_of(request.school, **form.asked()), before),
        "query": query.urlencode(),
        "head": AuditHead.objects.order_by("-day").first(),
        "export": ExportForm(),
    }
    return render(request, "accounts/staff_pages/trail.html", facts)


@fresh
@requires(permissions.TRAIL_VIEW)
@require_POST
def log_export(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - the middleware found the school
    """Give what is shown as a file for a spreadsheet, with the reason kept in the trail (SR-E05, SR-E06)."""
    reason = ExportForm(request.POST)
    if not reason.is_valid():
        messages.error(request, _("Choose what you need the list for."))
        return redirect("accounts:trail", request.school)
    rows = in_words(entries_of(request.school, **TrailForm(request.GET).asked())[:MOST_ROWS])
    trail.record(
        events.TRAIL_EXPORTED,
        school=request.school,
        acting_user=request.user,
        details={"rows": len(rows), "reason": reason.cleaned_data["reason"]},
    )
    head = [_("Moment"), _("Who"), _("Role"), _("What"), _("About"), _("Outcome")]
    lines = [
        [timezone.localtime(one.at).isoformat(" ", "seconds"), one.who, one.role, one.sentence, one.about, one.outcome]
        for one in rows
    ]
    response = HttpResponse(harmless_csv([head, *lines]), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="logboek-{request.school.code}.csv"'
    response["Cache-Control"] = "no-store"
    return response
