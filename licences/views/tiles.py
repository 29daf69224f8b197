"""Tiles: exactly the material that is licensed, activated and meant for who looks (product L6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from basispoort.lib.access import pupil_only, requires, seen_along
from licences import permissions
from licences.actions.access import open_materials
from licences.actions.launch import Refused, start_address, start_launch
from licences.models import LearningMaterial, Subject
from licences.people import Visitor, visitor_of
from licences.views.refusals import refusal_page

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

    from basispoort.lib.http import PupilRequest, SchoolRequest


def allow_forms_to(response: HttpResponse, origins: Iterable[str]) -> HttpResponse:
    """Let forms on this answer end at these registered origins: browsers hold redirects to it as well (SR-G01)."""
    allowed = sorted(set(origins))
    if not allowed:
        return response
    allowing = csp_update({"form-action": allowed})(lambda _request: response)
    allowing(HttpRequest())
    return response


def _tiles(request: SchoolRequest, visitor: Visitor, template: str) -> HttpResponse:
    materials = open_materials(visitor)
    response = render(request, template, {"materials": materials, "visitor": visitor})
    response["Cache-Control"] = "no-store"
    return allow_forms_to(response, (origin for one in materials for origin in one.participant.origins()))


def _pupil(request: PupilRequest) -> Visitor:
    """Give the pupil as the door found them for this very request: present, at a school in service."""
    return Visitor(request.school, Subject.PUPIL, request.user, pupil=request.pupil)


def _open(request: SchoolRequest, visitor: Visitor, number: UUID) -> HttpResponse:
    material = get_object_or_404(LearningMaterial.objects.to_open().select_related("participant"), pk=number)
    if not request.session.session_key:
        request.session.create()
    outcome = start_launch(visitor, material, session_key=request.session.session_key or "")
    if isinstance(outcome, Refused):
        return refusal_page(request, outcome)
    return HttpResponseRedirect(start_address(outcome))


@seen_along("tiles", gettext_lazy("the material"))
@require_safe
@pupil_only
def pupil_tiles(request: PupilRequest) -> HttpResponse:
    """Show a pupil the material to open."""
    return _tiles(request, _pupil(request), "licences/pupil_tiles.html")


@require_POST
@pupil_only
def pupil_open(request: PupilRequest, material: UUID) -> HttpResponse:
    """Open a material for a pupil."""
    return _open(request, _pupil(request), material)


@seen_along("staff-tiles", gettext_lazy("the material of staff"))
@require_safe
@requires(permissions.MATERIAL_OPEN)
def staff_tiles(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - request.school
    """Show a staff member the material to open."""
    return _tiles(request, visitor_of(request.user, request.school), "licences/staff_tiles.html")


@require_POST
@requires(permissions.MATERIAL_OPEN)
def staff_open(request: SchoolRequest, school: str, material: UUID) -> HttpResponse:  # noqa: ARG001 - request.school
    """Open a material for a staff member."""
    return _open(request, visitor_of(request.user, request.school), material)
