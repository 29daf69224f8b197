"""The page that says why a material does not open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import render

from accounts.models import User, UserKind

if TYPE_CHECKING:
    from django.http import HttpResponse

    from basispoort.lib.http import PortalRequest
    from licences.actions.launch import Refused


def refusal_page(request: PortalRequest, refused: Refused) -> HttpResponse:
    """Say plainly why a material does not open, with the trace code by which the coordinator finds the rest."""
    pupil = isinstance(request.user, User) and request.user.kind == UserKind.PUPIL
    template = "licences/refused_pupil.html" if pupil else "licences/refused.html"
    response = render(request, template, {"cause": refused.cause, "trace": refused.trace}, status=403)
    response["Cache-Control"] = "no-store"
    return response
