"""The agreement: reading it, accepting it, and the evidence that it was accepted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import RoleName, User
from basispoort.lib.access import requires
from dpa.actions.accept import CLOSED, DocumentsMissing, OfferChanged, SchoolClosed, accept_agreement, offer_on
from dpa.forms import AcceptForm
from dpa.models import Acceptance, DocumentVersion
from dpa.permissions import AGREEMENT_ACCEPT, AGREEMENT_VIEW
from dpa.release import FIELDS
from dpa.text import blocks_of, in_groups

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from basispoort.lib.http import SchoolRequest


@requires(AGREEMENT_VIEW, before_agreement=True)
@require_safe
def agreement(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - the middleware found the school
    """Show the agreement to read and accept; once accepted, the evidence of it."""
    acceptances = list(Acceptance.objects.for_school(request.school).select_related("version", "leaflet"))
    if acceptances or request.school.state in CLOSED:
        return render(request, "dpa/evidence.html", {"acceptances": [_shown(one) for one in acceptances]})
    try:
        offer = offer_on(timezone.localdate())
    except DocumentsMissing:
        return render(request, "dpa/missing.html")
    parts = [(version, blocks_of(version.text)) for version in offer.versions]
    return render(request, "dpa/agreement.html", {"parts": parts, "form": AcceptForm({"sha256": offer.sha256})})


def _shown(acceptance: Acceptance) -> dict[str, object]:
    user = User.objects.filter(pk=acceptance.accepted_by).first()
    chosen = {(one["kind"], one["version"]) for one in acceptance.documents}
    kinds, numbers = {kind for kind, _ in chosen}, {number for _, number in chosen}
    found = DocumentVersion.objects.filter(document__kind__in=kinds, version__in=numbers).select_related("document")
    return {
        "acceptance": acceptance,
        "seal": in_groups(acceptance.sha256),
        "name": user.full_name if user else "",
        "role": RoleName(acceptance.role).label,
        "versions": [one for one in found if (one.document.kind, one.version) in chosen],
    }


@requires(AGREEMENT_ACCEPT, before_agreement=True)
@require_POST
def accept(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - the middleware found the school
    """Accept the agreement; the school is in at once, and a second click changes nothing."""
    form = AcceptForm(request.POST)
    if not form.is_valid():
        return redirect("dpa:agreement", request.school)
    try:
        accept_agreement(school=request.school, acting_user=request.user, sha256=form.cleaned_data["sha256"])
    except OfferChanged:
        messages.warning(request, _("A new version took effect just now. Read it and accept it again."))
        return redirect("dpa:agreement", request.school)
    except (SchoolClosed, DocumentsMissing):
        return redirect("dpa:agreement", request.school)
    messages.success(request, _("The agreement is accepted. Your school is in."))
    return redirect("accounts:school", request.school)


@requires(AGREEMENT_VIEW, before_agreement=True)
@require_safe
def document(request: SchoolRequest, school: str, version: UUID) -> HttpResponse:  # noqa: ARG001 - the middleware found the school
    """Show one version of a document in full; every version stays readable."""
    found = get_object_or_404(DocumentVersion.objects.select_related("document"), pk=version)
    facts = {
        "version": found,
        "blocks": blocks_of(found.text),
        "fields": [FIELDS[key] for key in found.fields],
        "seal": in_groups(found.sha256),
    }
    return render(request, "dpa/document.html", facts)
