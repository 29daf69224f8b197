"""Printing cards and badges as PDF, and the care for a frozen badge (product A6, SR-A16)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import permissions
from accounts.actions.badges import badge_address, end_badge, free_badge, new_badges
from accounts.actions.codes import cards_for
from accounts.actions.door import door_of
from accounts.models import CodeKind, PupilBadge
from accounts.prints.cards import Badge, Card, Place, badges_pdf, cards_pdf
from accounts.views.of_group import group_or_404, names_on_tiles, pupil_or_404
from basispoort.lib.access import requires
from basispoort.web.pictures import PICTURES
from schools.models.pupil import pupils_in

if TYPE_CHECKING:
    from uuid import UUID

    from django.db import models

    from basispoort.lib.http import SchoolRequest
    from schools.models import Group, Pupil


def _home(pupil: Pupil) -> str:
    return pupil.home_group.name if pupil.home_group else ""


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def _cards(request: SchoolRequest, group: Group, pupils: list[Pupil], target: models.Model) -> HttpResponse:
    names = names_on_tiles(pupils)
    pictures = {picture.name: picture for picture in PICTURES}
    shown = cards_for(school=request.school, pupils=pupils, acting_user=request.user, target=target)
    cards = [
        Card(names[pupil.pk], _home(pupil), pictures=tuple(pictures[name] for name in code.parts))
        if code.kind == CodeKind.PICTURES
        else Card(names[pupil.pk], _home(pupil), digits=tuple(code.parts))
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
    found = group_or_404(request, group, permissions.PUPIL_CODES)
    return _cards(request, found, list(pupils_in(found).select_related("home_group")), found)


@require_safe
@requires(permissions.PUPIL_CODES)
def pupil_card(request: SchoolRequest, school: str, group: UUID, pupil: UUID) -> HttpResponse:  # noqa: ARG001 - request.school
    """Give the card of one pupil as PDF; the code stays as it is."""
    found = group_or_404(request, group, permissions.PUPIL_CODES)
    one = pupil_or_404(found, pupil)
    return _cards(request, found, [one], one)


def _badges(request: SchoolRequest, group: Group, pupils: list[Pupil], target: models.Model) -> HttpResponse:
    names = names_on_tiles(pupils)
    made = new_badges(school=request.school, pupils=pupils, acting_user=request.user, target=target)
    badges = [Badge(names[pupil.pk], badge_address(secret), secret, _home(pupil)) for pupil, secret in made]
    content = badges_pdf(place=Place(request.school.name, group.name), badges=badges)
    return _pdf(content, f"badges-{slugify(group.name) or 'x'}")


@require_http_methods(["GET", "HEAD", "POST"])
@requires(permissions.PUPIL_CODES)
def group_badges(request: SchoolRequest, school: str, group: UUID) -> HttpResponse:  # noqa: ARG001 - request.school
    """Tell first that old badges stop working, then print new ones for the whole group."""
    found = group_or_404(request, group, permissions.PUPIL_CODES)
    pupils = list(pupils_in(found).select_related("home_group"))
    if request.method == "POST" and pupils:
        return _badges(request, found, pupils, found)
    old = PupilBadge.objects.for_school(request.school).filter(pupil__in=pupils).count()
    context = {"group": found, "count": len(pupils), "old": old}
    return render(request, "accounts/badges/print.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(permissions.PUPIL_CODES)
def pupil_badge(request: SchoolRequest, school: str, group: UUID, pupil: UUID) -> HttpResponse:  # noqa: ARG001 - request.school
    """Show a pupil's badge: print a new one, let a frozen one work again, or end it."""
    found = group_or_404(request, group, permissions.PUPIL_CODES)
    one = pupil_or_404(found, pupil)
    if request.method == "POST":
        return _badges(request, found, [one], one)
    badge = PupilBadge.objects.for_school(request.school).filter(pupil=one).first()
    return render(request, "accounts/badges/pupil.html", {"group": found, "pupil": one, "badge": badge})


@require_POST
@requires(permissions.PUPIL_CODES)
def free(request: SchoolRequest, school: str, group: UUID, pupil: UUID) -> HttpResponse:
    """Let a frozen badge work again."""
    found = group_or_404(request, group, permissions.PUPIL_CODES)
    one = pupil_or_404(found, pupil)
    if free_badge(school=request.school, pupil=one, acting_user=request.user):
        messages.success(request, _("The badge of %(name)s works again.") % {"name": one.first_name})
    return redirect("accounts:sign-in-help", school, found.pk)


@require_POST
@requires(permissions.PUPIL_CODES)
def end(request: SchoolRequest, school: str, group: UUID, pupil: UUID) -> HttpResponse:
    """End a badge that was lost, without a new one."""
    found = group_or_404(request, group, permissions.PUPIL_CODES)
    one = pupil_or_404(found, pupil)
    if end_badge(school=request.school, pupil=one, acting_user=request.user):
        messages.success(request, _("The badge of %(name)s no longer works.") % {"name": one.first_name})
    return redirect("accounts:sign-in-help", school, found.pk)
