"""How teachers help pupils in: cards, new codes, and an end to waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import events, permissions
from accounts.actions.codes import cards_for, let_in, reset_codes
from accounts.actions.door import door_of
from accounts.models import CodeKind
from accounts.qr import qr_svg
from accounts.views.of_group import group_or_404, names_on_tiles, pupil_or_404
from basispoort.audit import trail
from basispoort.lib.access import requires, seen_along
from basispoort.web.pictures import PICTURES
from schools.models.pupil import pupils_in

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import PupilCode
    from basispoort.lib.http import SchoolRequest
    from basispoort.web.pictures import Picture
    from schools.models import Group, Pupil

CARDS_A_PAGE = 10


def _shown(cards: list[tuple[Pupil, PupilCode]]) -> list[dict[str, object]]:
    """Give what each card shows; the name is the one the pupil finds on the tile, so that two Sams take their own."""
    names = names_on_tiles([pupil for pupil, _code in cards])
    pictures: dict[str, Picture] = {picture.name: picture for picture in PICTURES}
    return [
        {
            "name": names[pupil.pk],
            "group": pupil.home_group.name if pupil.home_group else "",
            "pictures": [pictures[name] for name in code.parts] if code.kind == CodeKind.PICTURES else [],
            "digits": code.parts if code.kind == CodeKind.DIGITS else [],
        }
        for pupil, code in cards
    ]


def _print(request: SchoolRequest, group: Group, cards: list[tuple[Pupil, PupilCode]]) -> HttpResponse:
    shown = _shown(cards)
    pages = [shown[start : start + CARDS_A_PAGE] for start in range(0, len(shown), CARDS_A_PAGE)]
    context = {"group": group, "pages": pages, "door": door_of(school=request.school)}
    response = render(request, "accounts/pupils/cards.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_safe
@requires(permissions.PUPIL_CODES)
def cards(request: SchoolRequest, school: str, group: UUID) -> HttpResponse:  # noqa: ARG001 - request.school
    """Show the cards of a whole group, made on the spot, to print and cut; the look stands in the trail (SR-A16)."""
    found = group_or_404(request, group, permissions.PUPIL_CODES)
    pupils = list(pupils_in(found).select_related("home_group"))
    shown = cards_for(school=request.school, pupils=pupils, acting_user=request.user, target=found)
    return _print(request, found, shown)


@require_safe
@requires(permissions.PUPIL_CODES)
def card(request: SchoolRequest, school: str, group: UUID, pupil: UUID) -> HttpResponse:  # noqa: ARG001 - request.school
    """Show the card of one pupil."""
    found = group_or_404(request, group, permissions.PUPIL_CODES)
    one = pupil_or_404(found, pupil)
    shown = cards_for(school=request.school, pupils=[one], acting_user=request.user, target=one)
    return _print(request, found, shown)


@seen_along("sign-in-help", gettext_lazy("help with signing in, without codes"))
@require_safe
@requires(permissions.PUPIL_CODES)
def sign_in_help(request: SchoolRequest, school: str, group: UUID) -> HttpResponse:  # noqa: ARG001 - request.school
    """Show who of the group got in when, who must wait, and what a teacher can do about it."""
    found = group_or_404(request, group, permissions.PUPIL_CODES)
    present = list(pupils_in(found).select_related("code", "badge"))
    rows = [{"pupil": one, "code": getattr(one, "code", None), "badge": getattr(one, "badge", None)} for one in present]
    trail.record(
        events.GROUP_VIEWED, school=request.school, acting_user=request.user, target=found, details={"count": len(rows)}
    )
    context = {
        "group": found,
        "rows": rows,
        "frozen": [one for one in present if getattr(getattr(one, "badge", None), "frozen_at", None)],
        "may_start": not found.is_subgroup and request.user.has_perm(permissions.CLASS_START, request.school),
    }
    return render(request, "accounts/pupils/sign_in_help.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(permissions.PUPIL_CODES)
def reset_group(request: SchoolRequest, school: str, group: UUID) -> HttpResponse:
    """Ask first, then give the whole group new codes."""
    found = group_or_404(request, group, permissions.PUPIL_CODES)
    pupils = list(pupils_in(found).select_related("home_group"))
    if request.method != "POST":
        context = {"group": found, "count": len(pupils)}
        return render(request, "accounts/pupils/reset_group.html", context)
    count = reset_codes(school=request.school, pupils=pupils, acting_user=request.user, target=found)
    words = ngettext(
        "%(count)d pupil has a new code. Print the new cards now.",
        "%(count)d pupils have a new code. Print the new cards now.",
        count,
    )
    messages.success(request, words % {"count": count})
    return redirect("accounts:sign-in-help", school, found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(permissions.PUPIL_CODES)
def reset_pupil(request: SchoolRequest, school: str, group: UUID, pupil: UUID) -> HttpResponse:
    """Ask first, then give one pupil a new code."""
    found = group_or_404(request, group, permissions.PUPIL_CODES)
    one = pupil_or_404(found, pupil)
    if request.method != "POST":
        return render(request, "accounts/pupils/reset_pupil.html", {"group": found, "pupil": one})
    reset_codes(school=request.school, pupils=[one], acting_user=request.user, target=one)
    messages.success(request, _("%(name)s has a new code. Print the new card now.") % {"name": one.first_name})
    return redirect("accounts:sign-in-help", school, found.pk)


@require_POST
@requires(permissions.PUPIL_CODES)
def let_pupil_in(request: SchoolRequest, school: str, group: UUID, pupil: UUID) -> HttpResponse:
    """End a pupil's wait at once; the code stays."""
    found = group_or_404(request, group, permissions.PUPIL_CODES)
    one = pupil_or_404(found, pupil)
    let_in(school=request.school, pupil=one, acting_user=request.user)
    messages.success(request, _("%(name)s can try again right away.") % {"name": one.first_name})
    return redirect("accounts:sign-in-help", school, found.pk)


@require_safe
@requires(permissions.PUPIL_CODES)
def door_qr(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - request.school
    """Give the QR code of the school's link as a picture of its own."""
    response = HttpResponse(qr_svg(door_of(school=request.school).address), content_type="image/svg+xml")
    response["Cache-Control"] = "no-store"
    return response
