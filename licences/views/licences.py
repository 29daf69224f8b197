"""The coordinator's pages of licences: what the school holds and who may use it (product L3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from basispoort.lib.access import requires
from licences import permissions
from licences.actions.assign import LicenceExhausted, add_licence, change_terms, set_groups
from licences.forms.licences import STAFF, LicenceForm, LicenceTermsForm, MatrixForm
from licences.forms.sharing import PageForm
from licences.models import Assignment, DataSharing, Licence
from licences.seats import pupils_of
from schools.models import Group

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.paginator import Page
    from django.http import HttpResponse

    from basispoort.lib.http import SchoolRequest

ROWS_A_PAGE = 20


def _page(request: SchoolRequest) -> Page[Licence]:
    rows = Licence.objects.for_school(request.school).with_material()
    return Paginator(rows, ROWS_A_PAGE).get_page(PageForm(request.GET).number)


def _groups(request: SchoolRequest) -> list[Group]:
    return list(Group.objects.for_school(request.school).current().in_order())


def _matrix(request: SchoolRequest, page: Page[Licence], groups: list[Group]) -> list[dict[str, object]]:
    """Give a line for each licence with a tick or none for each group and for all staff; six queries in all."""
    today = timezone.localdate()
    numbers = [licence.pk for licence in page]
    ticks: set[tuple[UUID, str]] = set()
    singles: dict[UUID, int] = {}
    for row in Assignment.objects.for_school(request.school).filter(licence__in=numbers):
        if row.pupil_id:
            singles[row.licence_id] = singles.get(row.licence_id, 0) + 1
        else:
            ticks.add((row.licence_id, STAFF if row.all_staff else str(row.group_id)))
    reached = pupils_of(request.school, numbers)
    on = set(DataSharing.objects.for_school(request.school).running().values_list("participant", flat=True))
    columns = [(str(group.pk), group.name) for group in groups] + [(STAFF, _("All staff"))]
    return [
        {
            "licence": licence,
            "used": len(reached[licence.pk]),
            "over": licence.seats is not None and len(reached[licence.pk]) > licence.seats,
            "singles": singles.get(licence.pk, 0),
            "runs": licence.is_valid_on(today),
            "later": licence.valid_from > today,
            "on": licence.material.participant_id in on,
            "cells": [
                {"name": f"{licence.pk}:{key}", "words": words, "ticked": (licence.pk, key) in ticks}
                for key, words in columns
            ],
        }
        for licence in page
    ]


@require_safe
@requires(permissions.ASSIGN)
def licences(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - request.school
    """Show the licences by groups, to tick."""
    page, groups = _page(request), _groups(request)
    context = {"page": page, "groups": groups, "lines": _matrix(request, page, groups)}
    return render(request, "licences/licences.html", context)


@require_POST
@requires(permissions.ASSIGN)
def assign(request: SchoolRequest, school: str) -> HttpResponse:
    """Make the ticks on the page the assignments; all of them or none."""
    page, groups = _page(request), _groups(request)
    form = MatrixForm(request.POST, licences=list(page), groups=groups)
    if not form.is_valid():
        messages.error(request, _("Groups or licences have just changed. Look again and then save."))
        return redirect("licences:licences", school)
    by_number = {group.pk: group for group in groups}
    try:
        with transaction.atomic():
            for licence in page:
                chosen, staff = form.chosen(licence)
                wanted = [by_number[number] for number in chosen]
                set_groups(licence=licence, groups=wanted, all_staff=staff, acting_user=request.user)
    except LicenceExhausted as failure:
        words = _("Nothing was saved: %(name)s has %(seats)d seats and these groups have %(needed)d pupils.")
        name, seats = failure.licence.material.name, failure.licence.seats
        messages.error(request, words % {"name": name, "seats": seats, "needed": failure.needed})
    else:
        messages.success(request, _("Saved. It works from the next click."))
    target = redirect("licences:licences", school)
    if page.number > 1:
        target["Location"] += f"?page={page.number}"
    return target


@require_http_methods(["GET", "HEAD", "POST"])
@requires(permissions.ASSIGN)
def add(request: SchoolRequest, school: str) -> HttpResponse:
    """Add a licence that the school holds."""
    form = LicenceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        add_licence(school=request.school, acting_user=request.user, **form.cleaned_data)
        messages.success(request, _("The licence is there. Now tick who may use it."))
        return redirect("licences:licences", school)
    return render(request, "licences/licence_form.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@requires(permissions.ASSIGN)
def change(request: SchoolRequest, school: str, licence: UUID) -> HttpResponse:
    """Change until when a licence runs and how many seats it has."""
    found = get_object_or_404(Licence.objects.for_school(request.school).with_material(), pk=licence)
    initial = {"valid_until": found.valid_until, "seats": found.seats}
    form = LicenceTermsForm(request.POST if request.method == "POST" else None, initial=initial)
    form.valid_from_day = found.valid_from
    if request.method == "POST" and form.is_valid():
        try:
            change_terms(licence=found, acting_user=request.user, **form.cleaned_data)
        except LicenceExhausted as failure:
            words = _("There are %(needed)d pupils who use it. First take it away from a group.")
            form.add_error("seats", words % {"needed": failure.needed})
        else:
            messages.success(request, _("Saved. It works from the next click."))
            return redirect("licences:licences", school)
    return render(request, "licences/licence_form.html", {"form": form, "licence": found})
