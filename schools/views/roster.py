"""Pupils and groups: what the roster holds, and the deliveries that change it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from basispoort.audit import trail
from basispoort.lib.access import requires
from schools import events, permissions
from schools.actions.apply import ConfirmationMissing, DifferenceChanged, NotReadable, apply_delivery, difference_of
from schools.actions.delivery import DeliveryOpen, NotOpen, SchoolNotInService, receive_delivery, withdraw_delivery
from schools.forms import ApplyForm, UploadForm
from schools.models import Group, Pupil, RosterDelivery, StaffMember
from schools.roster.matching import MatchesConflict
from schools.roster.problems import problem_from_json
from schools.uploads import too_large

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.paginator import Page
    from django.http import HttpResponse

    from basispoort.lib.http import SchoolRequest
    from schools.roster.difference import Changed, Difference, PeopleDifference

A_PAGE = 100
HISTORY = 10
FIELDS = {
    "first_name": gettext_lazy("first name"),
    "infix": gettext_lazy("infix"),
    "last_name": gettext_lazy("last name"),
    "birth_date": gettext_lazy("birth date"),
    "gender": gettext_lazy("gender"),
    "year_group": gettext_lazy("year group"),
    "roles": gettext_lazy("roles in the pupil administration"),
    "home_group": gettext_lazy("home group"),
    "las_key": gettext_lazy("key in the pupil administration"),
    "eck_id": gettext_lazy("ECK iD"),
    "email": gettext_lazy("e-mail address"),
    "memberships": gettext_lazy("groups"),
}
GENDERS = {
    "0": gettext_lazy("unknown"),
    "1": gettext_lazy("boy"),
    "2": gettext_lazy("girl"),
    "9": gettext_lazy("not specified"),
}
CHANGED = pgettext_lazy("a value that is not shown", "changed")
ALARMS = {
    "pupils": gettext_lazy("More than a tenth of the pupils leave or change."),
    "staff": gettext_lazy("More than three quarters of the staff leave or change."),
    "group_gone": gettext_lazy("Every pupil of a whole group leaves."),
    "all_names": gettext_lazy("The name of every pupil changes."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@requires(permissions.ROSTER_IMPORT)
def roster(request: SchoolRequest, school: str) -> HttpResponse:
    """Show what the roster holds and take a new file; the file is kept and a worker reads it."""
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = UploadForm(*sent, too_large=too_large(request))
    if request.method == "POST" and form.is_valid():
        try:
            content = form.cleaned_data["file"].read()
            delivery = receive_delivery(school=request.school, content=content, acting_user=request.user)
        except DeliveryOpen:
            form.add_error(None, _("Another delivery is still open. Apply or withdraw it first."))
        except SchoolNotInService:
            form.add_error(None, _("Basispoort is not in service for this school, so no roster can be delivered."))
        else:
            return redirect("schools:delivery", school, delivery.pk)
    status = 400 if form.errors else 200
    return render(request, "schools/roster.html", _overview(request) | {"form": form}, status=status)


def _overview(request: SchoolRequest) -> dict[str, object]:
    pupils = Pupil.objects.for_school(request.school).present()
    groups = Group.objects.for_school(request.school).current().with_number_of_pupils().in_order()
    deliveries = list(
        RosterDelivery.objects.for_school(request.school)
        .defer("content", "reading", "problems")
        .select_related("uploaded_by")[:HISTORY]
    )
    return {
        "counts": pupils.aggregate(all=Count("pk"), eck=Count("eck_id_index")),
        "staff_count": StaffMember.objects.for_school(request.school).present().count(),
        "groups": list(groups),
        "deliveries": deliveries,
        "open_delivery": next((one for one in deliveries if one.is_open), None),
    }


def _delivery(request: SchoolRequest, pk: UUID) -> RosterDelivery:
    return get_object_or_404(RosterDelivery.objects.for_school(request.school).select_related("uploaded_by"), pk=pk)


@require_safe
@requires(permissions.ROSTER_IMPORT)
def delivery(request: SchoolRequest, school: str, delivery: UUID) -> HttpResponse:  # noqa: ARG001 - request.school
    """Show where a delivery stands: on its way, refused and why, or the difference that it makes."""
    found = _delivery(request, delivery)
    if request.htmx:
        response = render(request, "schools/delivery.html#progress", {"delivery": found})
        if found.state != RosterDelivery.State.RECEIVED:
            response["HX-Refresh"] = "true"
        return response
    return _show(request, found)


def _show(request: SchoolRequest, found: RosterDelivery, form: ApplyForm | None = None) -> HttpResponse:
    context: dict[str, object] = {
        "delivery": found,
        "problems": [problem_from_json(one) for one in found.problems],
    }
    if found.state == RosterDelivery.State.READ:
        try:
            difference = difference_of(school=request.school, delivery=found)
        except MatchesConflict as conflict:
            context["conflicts"] = conflict.problems
        else:
            form = form or ApplyForm(initial={"digest": difference.digest}, alarming=bool(difference.alarms))
            context |= {"difference": difference, "form": form, **_shown(request, difference)}
            trail.record(
                events.DELIVERY_VIEWED,
                school=request.school,
                acting_user=request.user,
                target=found,
                details={"counts": difference.counts()},
            )
    return render(request, "schools/delivery.html", context, status=400 if form and form.errors else 200)


def _shown(request: SchoolRequest, difference: Difference) -> dict[str, object]:
    sides = (
        ("pupils", gettext_lazy("Pupils"), difference.pupils),
        ("staff", gettext_lazy("Staff"), difference.staff),
    )
    return {
        "alarms": [ALARMS[one] for one in difference.alarms],
        "sides": [
            {"name": name, "title": title, "people": people, "lists": _lists(request, name, people)}
            for name, title, people in sides
        ],
    }


def _lists(request: SchoolRequest, side: str, people: PeopleDifference) -> list[dict[str, object]]:
    came = [*people.came, *(new for _old, new in people.returned)]
    lists: tuple[tuple[str, object, list[tuple[str, list[object]]]], ...] = (
        ("came", gettext_lazy("New"), [(one.full_name, []) for one in came]),
        ("left", gettext_lazy("Left"), [(one.full_name, []) for one in people.left]),
        ("moved", gettext_lazy("To another group"), [_row(one) for one in people.moved]),
        ("changed", gettext_lazy("Changed"), [_row(one) for one in people.altered]),
    )
    shown = []
    for name, title, rows in lists:
        if rows:
            param = f"{side}-{name}"
            page = _page(request, param, rows)
            is_open = len(rows) <= A_PAGE or page.number > 1
            shown.append({"kind": name, "title": title, "param": param, "page": page, "is_open": is_open})
    return shown


def _page(request: SchoolRequest, param: str, rows: list[tuple[str, list[object]]]) -> Page[tuple[str, list[object]]]:
    return Paginator(rows, A_PAGE).get_page(request.GET.get(param))


def _row(one: Changed) -> tuple[str, list[object]]:
    """Give a name with what changes; keys and addresses are never shown, only whether there is one."""
    shown: list[object] = []
    for change in one.changes:
        old, new = change.old, change.new
        if change.field == "eck_id":
            old, new = (str(_("yes") if value else _("no")) for value in (old, new))
            new = str(CHANGED) if old == new else new
        elif change.field in {"las_key", "email", "memberships"}:
            old, new = "", str(CHANGED)
        elif change.field == "gender":
            old, new = (str(GENDERS.get(value, value)) for value in (old, new))
        shown.append({"label": FIELDS[change.field], "old": old, "new": new})
    return one.standing.full_name, shown


@require_POST
@requires(permissions.ROSTER_IMPORT)
def apply(request: SchoolRequest, school: str, delivery: UUID) -> HttpResponse:
    """Apply what was shown, whole or not at all."""
    found = _delivery(request, delivery)
    try:
        alarming = bool(difference_of(school=request.school, delivery=found).alarms)
        form = ApplyForm(request.POST, alarming=alarming)
        if not form.is_valid():
            return _show(request, found, form)
        apply_delivery(
            school=request.school,
            delivery=found,
            acting_user=request.user,
            digest=form.cleaned_data["digest"],
            confirmed=form.cleaned_data.get("confirmed", False),
        )
    except (DifferenceChanged, ConfirmationMissing, MatchesConflict):
        messages.warning(request, _("The roster has changed in the meantime. Look at the difference again."))
    except NotReadable:
        messages.warning(request, _("This delivery is not waiting any more."))
    else:
        messages.success(request, _("The roster is up to date."))
    return redirect("schools:delivery", school, found.pk)


@require_POST
@requires(permissions.ROSTER_IMPORT)
def withdraw(request: SchoolRequest, school: str, delivery: UUID) -> HttpResponse:
    """Throw a delivery away; the roster stays as it is."""
    found = _delivery(request, delivery)
    try:
        withdraw_delivery(school=request.school, delivery=found, acting_user=request.user)
    except NotOpen:
        messages.warning(request, _("This delivery is not waiting any more."))
        return redirect("schools:delivery", school, found.pk)
    messages.success(request, _("The delivery is withdrawn. The roster has not changed."))
    return redirect("schools:roster", school)
