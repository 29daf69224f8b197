"""What the back office sees of schools: the register and the portal's own facts, never a person (SR-B07)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from basispoort.lib.access import back_office
from basispoort.lib.tenancy import school_scope
from basispoort.web.back_office import Facts, OfficeAdmin, panels_of, register_panel
from schools.models import Group, Pupil, RosterDelivery, School, StaffMember
from schools.permissions import OFFICE_DELIVERIES, OFFICE_SCHOOLS

if TYPE_CHECKING:
    from django.db import models
    from django.http import HttpResponse

    from basispoort.lib.http import StaffRequest


@admin.register(School)
class SchoolOffice(OfficeAdmin):
    """Schools, found by code, name or town."""

    right_to_look = OFFICE_SCHOOLS
    icon = "school"
    intro = _("Find a school first. Its pupils and staff stay unseen until a coordinator of it lets you look.")
    empty_title = _("Which school is it about?")
    empty_words = _("Search by BRIN, name or town: at least two letters.")
    search_fields = ("code", "register_name", "own_name", "city")
    search_help_text = _("BRIN, name or town")
    searched_only = True
    list_display = ("known_name", "code", "city", "state")
    list_display_links = ("known_name",)
    ordering = ("register_name", "code")

    @admin.display(description=_("name"))
    def known_name(self, row: School) -> str:
        """Give the name by which people know the school."""
        return row.name

    def pages(self) -> list[URLPattern]:
        """Give the page of one school."""
        one = back_office(OFFICE_SCHOOLS)(require_safe(school_page))
        return [path("<school:school>/", never_cache(one), name=self.url_name("page"))]

    def address_of(self, row: models.Model) -> str:
        """Give the address of the school's page."""
        return reverse("admin:schools_school_page", args=[row])


def school_page(request: StaffRequest, school: str) -> HttpResponse:
    """Show one school: what apps tell of it, each within its scope."""
    found = get_object_or_404(School.objects.select_related("board").with_code(school))
    with school_scope(found):
        panels = panels_of(request, found)
        facts = {"title": found.name, "one": found, "panels": panels}
        return render(request, "schools/office/school.html", facts)


@admin.register(RosterDelivery)
class DeliveryOffice(OfficeAdmin):
    """Deliveries of rosters as jobs: which wait, which failed, and where."""

    right_to_look = OFFICE_DELIVERIES
    icon = "upload"
    intro = _("Deliveries of the last seven days, newest first: what waits, what was refused, what failed.")
    empty_title = _("No deliveries")
    empty_words = _("Nothing was delivered in the last seven days, or nothing in this state.")
    list_display = ("school", "channel", "state", "received_at", "finished_at", "attempts")
    list_display_links = None
    list_filter = ("state",)
    list_select_related = ("school",)
    ordering = ("-received_at",)

    def get_queryset(self, request: Any) -> models.QuerySet[Any]:  # noqa: ANN401 - Django's form
        """Give the deliveries of a week, without what they hold."""
        week = timezone.now() - timedelta(days=7)
        return super().get_queryset(request).filter(received_at__gt=week).defer("content", "reading")


def _about(_request: Any, school: School) -> Facts:  # noqa: ANN401 - as every part
    return [
        (_("School code"), school.code),
        (_("Board"), school.board or _("unknown")),
        (_("Address"), school.address_line or _("unknown")),
        (_("State"), school.get_state_display()),
        (_("In service from"), school.in_service_from or _("not yet")),
        (_("In service until"), school.in_service_until or _("no end set")),
    ]


def _roster(_request: Any, school: School) -> Facts:  # noqa: ANN401 - as every part
    latest = RosterDelivery.objects.for_school(school).order_by("-received_at").defer("content", "reading").first()
    delivered = (
        f"{date_format(timezone.localtime(latest.received_at), 'DATETIME_FORMAT')}: {latest.get_state_display()}"
        if latest
        else _("never")
    )
    return [
        (_("Groups"), Group.objects.for_school(school).current().count()),
        (_("Pupils"), Pupil.objects.for_school(school).present().count()),
        (_("Staff in the roster"), StaffMember.objects.for_school(school).present().count()),
        (_("Latest delivery"), delivered),
    ]


register_panel(10, _("The school"), _about)
register_panel(20, _("Roster"), _roster)
