"""Exporten: the lists that somebody asked for, each to be fetched once (SR-E06)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_POST, require_safe

from accounts import exports, permissions
from accounts.actions.exports import (
    BeingMade,
    NotToBeFetched,
    TooManyLists,
    ask_export,
    fetch_export,
    kind_of,
    names_of,
)
from accounts.forms.roles import ExportForm
from accounts.forms.trail import TrailForm
from accounts.models import Export, ExportState, User
from basispoort.lib.access import fresh, requires

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from accounts.actions.exports import ExportKind
    from basispoort.lib.http import PortalRequest, SchoolRequest
    from schools.models import School

SHOWN = 20
TOO_MANY_LISTS = gettext_noop("You had many lists made within the hour. Wait a while, or use one of those.")


def own_exports(request: PortalRequest, school: School, *, of_board: bool) -> list[tuple[Export, ExportKind]]:
    """Give the visitor's own lists of a school, of the last thirty days: those of the board, or the school's."""
    kinds = names_of(of_board=of_board)
    rows = Export.objects.for_school(school).filter(asked_by=request.user.pk, kind__in=kinds).defer("content")[:SHOWN]
    return [(row, kind_of(row.kind)) for row in rows]


def is_making(exports: list[tuple[Export, ExportKind]]) -> bool:
    """Tell whether a list is on its way; then the page looks again by itself."""
    return any(row.state == ExportState.WAITING for row, _kind in exports)


@requires(permissions.EXPORTS)
@require_safe
def exports_page(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - the middleware found the school
    """List the visitor's own exports."""
    rows = own_exports(request, request.school, of_board=False)
    here = reverse("accounts:exports", args=[request.school])
    facts = {"exports": rows, "making": is_making(rows), "here": here}
    facts["manages"] = request.user.has_perm(permissions.STAFF_MANAGE, request.school)
    template = "accounts/staff_pages/exports.html#exports" if request.htmx else "accounts/staff_pages/exports.html"
    return render(request, template, facts)


@fresh
@requires(permissions.STAFF_MANAGE)
@require_POST
def staff_export(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - see above
    """Have the list of staff made, for the board's yearly check."""
    return _ask(request, exports.STAFF, {}, "accounts:staff")


@fresh
@requires(permissions.TRAIL_VIEW)
@require_POST
def trail_export(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - see above
    """Have the trail made as it is shown, with the same choices."""
    asked = TrailForm(request.GET).asked()
    moments = {name: asked[name].isoformat() for name in ("since", "until") if asked[name]}
    chosen = moments | {"event": asked["event"], "refused": asked["refused"]}
    return _ask(request, exports.TRAIL, chosen, "accounts:trail")


def _ask(request: SchoolRequest, kind: str, chosen: Mapping[str, Any], back: str) -> HttpResponse:
    form = ExportForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what you need the list for."))
        return redirect(back, request.school)
    try:
        reason = form.cleaned_data["reason"]
        ask_export(school=request.school, kind=kind, reason=reason, chosen=chosen, acting_user=request.user)
    except BeingMade:
        messages.info(request, _("This list is being made already."))
    except TooManyLists:
        messages.error(request, _(TOO_MANY_LISTS))
    return redirect("accounts:exports", request.school)


@requires(permissions.EXPORTS)
@require_POST
def export_fetch(request: SchoolRequest, school: str, export: UUID) -> HttpResponse:  # noqa: ARG001 - see above
    """Give the file, once."""
    return fetched(request, request.school, export, of_board=False) or redirect("accounts:exports", request.school)


def fetched(request: PortalRequest, school: School, export: UUID, *, of_board: bool) -> HttpResponse | None:
    """Give the file of one of the visitor's own lists, once; None, with a message, when it is no longer there.

    Raises Http404 for another's list.
    """
    mine = Export.objects.for_school(school).filter(asked_by=request.user.pk)
    row = get_object_or_404(mine.only("id", "kind"), pk=export)
    user = request.user
    if not isinstance(user, User) or kind_of(row.kind).of_board is not of_board:
        raise Http404
    try:
        kind, content = fetch_export(school=school, export_id=export, acting_user=user)
    except NotToBeFetched:
        messages.error(request, _("This list was fetched already, or its day is over. Ask for it again."))
        return None
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{kind.file_name}-{school.code}.csv"'
    response["Cache-Control"] = "no-store"
    return response
