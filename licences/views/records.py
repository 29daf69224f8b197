"""What left, and why something did not open: the school's own records (product L5, L6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from basispoort.audit import trail
from basispoort.lib.access import requires
from dpa.release import FIELDS
from licences import events, permissions
from licences.causes import CAUSES
from licences.forms.sharing import DisclosuresForm, TraceForm
from licences.models import Disclosure, Refusal
from schools.models import Pupil

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.http import HttpResponse

    from basispoort.lib.http import SchoolRequest
    from schools.models import School

ROWS_A_PAGE = 50


def names_of(school: School, rows: Sequence[Disclosure | Refusal]) -> dict[object, str]:
    """Give the names of the persons these rows speak of, by their numbers; two queries."""
    pupils = Pupil.objects.for_school(school).filter(pk__in={row.pupil_number for row in rows if row.pupil_number})
    users = User.objects.filter(pk__in={row.account for row in rows if row.account})
    names: dict[object, str] = {pupil.pk: pupil.full_name for pupil in pupils}
    return names | {user.pk: user.full_name for user in users}


@require_safe
@requires(permissions.DISCLOSURES_VIEW)
def disclosures(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - request.school
    """Show what left for whom, newest first; the look stands in the trail."""
    form = DisclosuresForm(request.GET)
    rows = Disclosure.objects.for_school(request.school).select_related("participant", "material")
    publisher = form.cleaned_data["publisher"] if form.is_valid() else None
    if publisher is not None:
        rows = rows.filter(participant=publisher)
    page = Paginator(rows, ROWS_A_PAGE).get_page(form.number)
    found = list(page)
    names = names_of(request.school, found)
    lines = [
        {
            "row": row,
            "person": names.get(row.pupil_number or row.account, ""),
            "fields": [FIELDS[key].label for key in row.fields if key in FIELDS],
        }
        for row in found
    ]
    query = f"publisher={publisher.pk}&" if publisher is not None else ""
    details = {"page": page.number, "records": len(lines)}
    trail.record(events.DISCLOSURES_VIEWED, school=request.school, acting_user=request.user, details=details)
    response = render(
        request, "licences/disclosures.html", {"form": form, "page": page, "lines": lines, "query": query}
    )
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@requires(permissions.SHARING_VIEW)
def trace(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - request.school
    """Say of a trace code what the cause was, who can mend it, and how."""
    form = TraceForm(request.GET if "code" in request.GET else None)
    row = None
    if form.is_valid():
        rows = Refusal.objects.for_school(request.school).select_related("material__participant")
        row = rows.filter(trace=form.cleaned_data["code"]).first()
    context = {"form": form, "asked": form.is_valid(), "row": row}
    if row is not None:
        context |= {
            "cause": CAUSES.get(row.cause),
            "person": names_of(request.school, [row]).get(row.pupil_number or row.account, ""),
        }
    return render(request, "licences/trace.html", context)
