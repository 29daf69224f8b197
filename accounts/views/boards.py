"""Bestuur: the schools of a board, who can sign in at each, and the yearly check of that (product A4; SR-B09)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import events, permissions
from accounts.actions.exports import BeingMade, TooManyLists, ask_export
from accounts.actions.staff_check import ListChanged, check_staff, digest_of, last_check
from accounts.board_list import rows_of
from accounts.exports import STAFF_FOR_BOARD
from accounts.forms.roles import BoardExportForm
from accounts.forms.staff import CheckForm, PageForm
from accounts.models import RoleName
from accounts.staff_list import staff_of
from accounts.views.exports import TOO_MANY_LISTS, fetched, is_making, own_exports
from basispoort.audit import trail
from basispoort.lib.access import fresh, requires_board

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from basispoort.lib.http import BoardRequest

ROWS_A_PAGE = 50


@requires_board(permissions.BOARD_SCHOOLS)
@require_safe
def board(request: BoardRequest, board: str) -> HttpResponse:  # noqa: ARG001 - the middleware found the board
    """List the schools of the board, with what asks for attention first."""
    rows = rows_of(request.schools)
    facts = {
        "page": Paginator(rows, ROWS_A_PAGE).get_page(PageForm(request.GET).number()),
        "lacking": [row for row in rows if row.lacks_coordinator],
        "stopping": [row for row in rows if row.last_one_stops],
    }
    return render(request, "accounts/boards/schools.html", facts)


@requires_board(permissions.BOARD_STAFF)
@require_safe
def board_staff(request: BoardRequest, board: str, school: str) -> HttpResponse:  # noqa: ARG001 - see above
    """Show who can sign in at a school; the school reads in its own trail that the board looked."""
    (one,) = request.schools
    rows = staff_of(one)
    trail.record(
        events.STAFF_VIEWED,
        school=one,
        acting_user=request.user,
        role=RoleName.BOARD_MEMBER,
        details={"people": len(rows)},
    )
    facts = {
        "one": one,
        "rows": rows,
        "check": CheckForm(initial={"seen": digest_of(rows)}),
        "checked": last_check(one, request.board),
        "export": BoardExportForm(),
    }
    return render(request, "accounts/boards/staff.html", facts)


@requires_board(permissions.BOARD_STAFF)
@require_POST
def board_check(request: BoardRequest, board: str, school: str) -> HttpResponse:  # noqa: ARG001 - see above
    """Record that the list was checked, as it stood on the screen."""
    (one,) = request.schools
    form = CheckForm(request.POST)
    seen = form.cleaned_data["seen"] if form.is_valid() else ""
    try:
        check_staff(school=one, board=request.board, seen=seen, acting_user=request.user)
        messages.success(request, _("Recorded: you checked this list today. The school can see it too."))
    except ListChanged:
        messages.warning(request, _("The list changed while you were looking. Look at it once more, and then confirm."))
    return redirect("accounts:board-staff", request.board, one)


@fresh
@requires_board(permissions.BOARD_STAFF)
@require_POST
def board_export(request: BoardRequest, board: str, school: str) -> HttpResponse:  # noqa: ARG001 - see above
    """Have the list made, with the reason kept in the school's trail (SR-E05, SR-E06)."""
    (one,) = request.schools
    form = BoardExportForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what you need the list for."))
        return redirect("accounts:board-staff", request.board, one)
    try:
        reason = form.cleaned_data["reason"]
        ask_export(school=one, kind=STAFF_FOR_BOARD, reason=reason, chosen={}, acting_user=request.user)
    except BeingMade:
        messages.info(request, _("This list is being made already."))
    except TooManyLists:
        messages.error(request, _(TOO_MANY_LISTS))
    return redirect("accounts:board-exports", request.board, one)


@requires_board(permissions.BOARD_STAFF)
@require_safe
def board_exports(request: BoardRequest, board: str, school: str) -> HttpResponse:  # noqa: ARG001 - see above
    """List the visitor's own lists of a school."""
    (one,) = request.schools
    rows = own_exports(request, one, of_board=True)
    here = reverse("accounts:board-exports", args=[request.board, one])
    facts = {"exports": rows, "making": is_making(rows), "here": here, "one": one}
    template = "accounts/staff_pages/exports.html#exports" if request.htmx else "accounts/boards/exports.html"
    return render(request, template, facts)


@requires_board(permissions.BOARD_STAFF)
@require_POST
def board_export_fetch(request: BoardRequest, board: str, school: str, export: UUID) -> HttpResponse:  # noqa: ARG001 - see above
    """Give the file, once."""
    (one,) = request.schools
    answer = fetched(request, one, export, of_board=True)
    return answer or redirect("accounts:board-exports", request.board, one)
