"""The group overview (Groepsoverzicht, product L7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts import events
from accounts.actions.groups import group_seen, groups_of, may_at
from accounts.permissions import CLASS_START, GROUP_VIEW, PUPIL_CODES
from basispoort.audit import trail
from basispoort.lib.access import requires, seen_along
from licences.forms.sharing import PageForm
from licences.overview import overview_of, rows_of

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from basispoort.lib.http import SchoolRequest

ROWS_A_PAGE = 60


@seen_along("groups", gettext_lazy("the groups"))
@require_safe
@requires(GROUP_VIEW)
def groups(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - request.school
    """Show the groups that the visitor sees, with how many pupils each has."""
    rows = groups_of(request.user, request.school).with_number_of_pupils().in_order()
    page = Paginator(rows, ROWS_A_PAGE).get_page(PageForm(request.GET).number)
    return render(request, "licences/groups.html", {"page": page})


@seen_along("group", gettext_lazy("the overview of a group"))
@require_safe
@requires(GROUP_VIEW)
def group(request: SchoolRequest, school: str, group: UUID) -> HttpResponse:  # noqa: ARG001 - request.school
    """Show who of a group has which material, how each signs in and when last; the look stands in the trail."""
    found = group_seen(request.user, request.school, group)
    if found is None:
        raise Http404
    trail.record(events.GROUP_VIEWED, school=request.school, acting_user=request.user, target=found)
    overview = overview_of(request.school, found)
    context = {
        "overview": overview,
        "rows": rows_of(overview),
        "may_codes": may_at(request.user, request.school, found, PUPIL_CODES),
        "may_start": not found.is_subgroup and may_at(request.user, request.school, found, CLASS_START),
    }
    response = render(request, "licences/group.html", context)
    response["Cache-Control"] = "no-store"
    return response
