"""Printing cards and badges as PDF, and the care for a frozen badge (product A6, SR-A16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import permissions
from accounts.actions.badges import badge_address, end_badge, free_badge, new_badges
from accounts.actions.codes import cards_for
from accounts.actions.door import door_of
from accounts.actions.groups import groups_of
from accounts.models import CodeKind, PupilBadge
from accounts.names import pupil_tiles
from accounts.prints.cards import Badge, Card, Place, badges_pdf, cards_pdf
from basispoort.lib.access import requires
from basispoort.web.pictures import PICTURES
from schools.models import Group, Pupil

if TYPE_CHECKING:
    from uuid import UUID

    from django.db import models

    from basispoort.lib.http import SchoolRequest


def _group_of(request: SchoolRequest, group: UUID) -> Group:
    """Give a group that the user sees; raises Http404 for any other, of this school or not."""
    return get_object_or_404(groups_of(request.user, request.school), pk=group)


def _pupils_of(request: SchoolRequest, group: Group) -> list[Pupil]:
    return list(Pupil.objects.for_school(request.school).present().filter(home_group=group).by_name())


def _one_of(request: SchoolRequest, group: Group, pupil: UUID) -> Pupil:
    rows = Pupil.objects.for_school(request.school).present().filter(home_group=group)
    return get_object_or_404(rows, public_id=pupil)


def _names(request: SchoolRequest, group: Group) -> dict[int, str]:
    """Give the name on each pupil's tile, so that two Sams take their own card."""
    return {tile.pupil.pk: tile.name for tile in pupil_tiles(_pupils_of(request, group))}


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def _cards(request: SchoolRequest, group: Group, pupils: list[Pupil], target: models.Model) -> HttpResponse:
    names = _names(request, group)
    pictures = {picture.name: picture for picture in PICTURES}
    shown = cards_for(school=request.school, pupils=pupils, acting_user=request.user, target=target)
    cards = [
        Card(names[pupil.pk], pictures=tuple(pictures[name] for name in code.parts))
        if code.kind == CodeKind.PICTURES
        else Card(names[pupil.pk], digits=tuple(code.parts))
        for pupil, code in shown
    ]
    content = cards_pdf(
        place=Place(request.school.name, group.name), cards=cards, address=door_of(school=request.school).address
    )
    return _pdf(content, f"{slugify(_('cards'))}-{slugify(group.name) or 'x'}")


@require_safe
@requires(permissions.PUPIL_CODES)
def group_cards(request: SchoolRequest, school: str, group: UUID) -> HttpResponse:  # noqa: ARG001 - request.school
    """Give the cards of a whole group as PDF; the codes stay as they are."""
    found = _group_of(request, group)
    return _cards(request, found, _pupils_of(request, found), found)


@require_safe
@requires(permissions.PUPIL_CODES)
def pupil_card(request: SchoolRequest, school: str, group: UUID, pupil: UUID) -> HttpResponse:  # noqa: ARG001 - request.school
    """Give the card of one pupil as PDF; the code stays as it is."""
    found = _group_of(request, group)
    one = _one_of(request, found, pupil)
    return _cards(request, found, [one], one)


def _badges(request: SchoolRequest, group: Group, pupils: list[Pupil], target: models.Model) -> HttpResponse:
    names = _names(request, group)
    made = new_badges(school=request.school, pupils=pupils, acting_user=request.user, target=target)
    badges = [Badge(names[pupil.pk], badge_address(secret), secret) for pupil, secret in made]
    content = badges_pdf(place=Place(request.school.name, group.name), badges=badges)
    return _pdf(content, f"badges-{slugify(group.name) or 'x'}")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(permissions.PUPIL_CODES)
def group_badges(request: SchoolRequest, school: str, group: UUID) -> HttpResponse:  # noqa: ARG001 - request.school
    """Tell first that old badges stop working, then print new ones for the whole group."""
    found = _group_of(request, group)
    pupils = _pupils_of(request, found)
    if request.method == "POST" and pupils:
        return _badges(request, found, pupils, found)
    old = PupilBadge.objects.for_school(request.school).filter(pupil__in=pupils).count()
    context = {"group": found, "count": len(pupils), "old": old}
    return render(request, "accounts/badges/print.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(permissions.PUPIL_CODES)
def pupil_badge(request: SchoolRequest, school: str, group: UUID, pupil: UUID) -> HttpResponse:  # noqa: ARG001 - request.school
    """Show a pupil's badge: print a new one, let a frozen one work again, or end it."""
    found = _group_of(request, group)
    one = _one_of(request, found, pupil)
    if request.method == "POST":
        return _badges(request, found, [one], one)
    badge = PupilBadge.objects.for_school(request.school).filter(pupil=one).first()
    return render(request, "accounts/badges/pupil.html", {"group": found, "pupil": one, "badge": badge})


@require_POST
@requires(permissions.PUPIL_CODES)
def free(request: SchoolRequest, school: str, group: UUID, pupil: UUID) -> HttpResponse:
    """Let a frozen badge work again."""
    found = _group_of(request, group)
    one = _one_of(request, found, pupil)
    if free_badge(school=request.school, pupil=one, acting_user=request.user):
        messages.success(request, _("The badge of %(name)s works again.") % {"name": one.first_name})
    return redirect("accounts:sign-in-help", school, found.pk)


@require_POST
@requires(permissions.PUPIL_CODES)
def end(request: SchoolRequest, school: str, group: UUID, pupil: UUID) -> HttpResponse:
    """End a badge that was lost, without a new one."""
    found = _group_of(request, group)
    one = _one_of(request, found, pupil)
    if end_badge(school=request.school, pupil=one, acting_user=request.user):
        messages.success(request, _("The badge of %(name)s no longer works.") % {"name": one.first_name})
    return redirect("accounts:sign-in-help", school, found.pk)
