"""The coordinator's pages of publishers: what each would receive, and the switch (product L4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from basispoort.audit import trail
from basispoort.lib.access import requires
from dpa.actions.sharing import AgreementMissing
from licences import events, permissions
from licences.actions.logouts import untold_logouts
from licences.actions.sharing import FieldsChanged, fields_to_share, switch_off, switch_on
from licences.forms.sharing import PageForm, RecordsForm, SwitchOnForm
from licences.models import DataSharing, Licence, Participant, SharingRequest, Subject
from licences.preview import labels_of, records_page

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from basispoort.lib.http import SchoolRequest

ROWS_A_PAGE = 25


@require_safe
@requires(permissions.SHARING_VIEW)
def participants(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - request.school
    """Show every publisher: on, off or asking, what it delivers and whose fields it would get."""
    form = PageForm(request.GET)
    rows = Participant.objects.active().prefetch_related("fields", "materials")
    page = Paginator(rows, ROWS_A_PAGE).get_page(form.number)
    on = {row.participant_id: row for row in DataSharing.objects.for_school(request.school).running()}
    asking = set(SharingRequest.objects.for_school(request.school).values_list("participant", flat=True))
    lines = [
        {
            "participant": one,
            "sharing": on.get(one.pk),
            "asks": one.pk in asking,
            "pupil": bool(one.requested(Subject.PUPIL)),
            "staff": bool(one.requested(Subject.STAFF)),
        }
        for one in page
    ]
    return render(request, "licences/participants.html", {"lines": lines, "page": page})


def _one(number: UUID) -> Participant:
    rows = Participant.objects.active().prefetch_related("fields", "materials")
    return get_object_or_404(rows, pk=number)


@require_safe
@requires(permissions.SHARING_VIEW)
def participant(request: SchoolRequest, school: str, participant: UUID) -> HttpResponse:  # noqa: ARG001 - request.school
    """Show exactly which fields of whom would leave, for what, and the very records; the look stands in the trail."""
    return _page(request, _one(participant), None)


def _page(request: SchoolRequest, found: Participant, form: SwitchOnForm | None, status: int = 200) -> HttpResponse:
    asked = RecordsForm(request.GET)
    about = asked.cleaned_data["about"] if asked.is_valid() else Subject.PUPIL
    number = (asked.cleaned_data["page"] if asked.is_valid() else None) or 1
    try:
        fields = fields_to_share(request.school, found, day=timezone.localdate())
    except AgreementMissing:
        fields = None
    running = DataSharing.objects.for_school(request.school).running().filter(participant=found).first()
    shown = (running.fields if running else fields) or {}
    keys = shown.get(about, [])
    page, rows = records_page(request.school, about, keys, number) if keys else (None, [])
    if page is not None:
        trail.record(
            events.SHARING_VIEWED,
            school=request.school,
            acting_user=request.user,
            target=found,
            details={"about": str(about), "page": page.number, "records": len(rows)},
        )
    seen = SwitchOnForm.words_for(fields or {})
    context = {
        "participant": found,
        "sharing": running,
        "agreement": fields is not None,
        "nothing": fields is not None and not any(fields.values()),
        "untold": untold_logouts(request.school, found),
        "parts": [_part(found, subject, shown) for subject in Subject],
        "about": about,
        "labels": labels_of(keys),
        "rows": rows,
        "page": page,
        "changed": bool(running and fields is not None and running.fields != fields),
        "form": form or SwitchOnForm(initial={"seen": seen}),
        "query": f"about={about}&",
        "may_switch": request.user.has_perm(permissions.SHARING_SWITCH, request.school),
    }
    response = render(request, "licences/participant.html", context, status=status)
    response["Cache-Control"] = "no-store"
    return response


def _part(found: Participant, subject: Subject, shown: dict[str, list[str]]) -> dict[str, object]:
    wanted = [field for field in found.fields.all() if field.subject == subject]
    leaves = set(shown.get(subject, []))
    return {"subject": subject, "fields": [{"field": field, "leaves": field.key in leaves} for field in wanted]}


@require_POST
@requires(permissions.SHARING_SWITCH)
def on(request: SchoolRequest, school: str, participant: UUID) -> HttpResponse:
    """Switch a publisher on, after the coordinator confirmed what was on screen."""
    found = _one(participant)
    form = SwitchOnForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=400)
    try:
        switch_on(school=request.school, participant=found, seen=form.cleaned_data["seen"], acting_user=request.user)
    except AgreementMissing:
        messages.error(request, _("First accept the agreement. Nothing leaves before that."))
    except FieldsChanged:
        messages.error(request, _("What would leave has just changed. Look again and then switch on."))
    else:
        words = _("%(name)s is on. Now tick under Licences which groups may open its material.")
        messages.success(request, words % {"name": found.name})
    return redirect("licences:participant", school, found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@requires(permissions.SHARING_SWITCH)
def off(request: SchoolRequest, school: str, participant: UUID) -> HttpResponse:
    """Say first what switching off brings about, then do it; it acts on the next request."""
    found = _one(participant)
    if request.method != "POST":
        licences = Licence.objects.for_school(request.school).valid_on(timezone.localdate())
        shut = licences.with_material().filter(material__participant=found)
        names = sorted({licence.material.name for licence in shut})
        return render(request, "licences/participant_off.html", {"participant": found, "names": names})
    if switch_off(school=request.school, participant=found, acting_user=request.user):
        messages.success(request, _("%(name)s is off. From now on nothing leaves for it.") % {"name": found.name})
    return redirect("licences:participants", school)
