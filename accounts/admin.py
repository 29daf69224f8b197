"""What the back office sees of accounts: mail that does not get away, and what a school set up; no person (SR-B07)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import F
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.actions.support import running_grant, waiting_request
from accounts.forms.support import AskForm
from accounts.models import NetworkRange, OfficeReset, Role, RoleName, SupportGrant, SupportRequest
from accounts.models.support import SupportGrantQuerySet
from accounts.permissions import OFFICE_ALERTS, OFFICE_MAIL, OFFICE_RESET, SUPPORT_LOOK
from accounts.views import office_alerts, office_resets
from basispoort.audit.alerts import kind_of
from basispoort.audit.models import Alert
from basispoort.lib.models import OutgoingMail
from basispoort.web.back_office import Facts, OfficeAdmin, register_panel

if TYPE_CHECKING:
    from django.db import models

    from basispoort.lib.http import StaffRequest
    from schools.models import School


@admin.register(OutgoingMail)
class MailOffice(OfficeAdmin):
    """Mail on its way: purpose, state, tries and moments; neither address nor words."""

    right_to_look = OFFICE_MAIL
    icon = "send"
    intro = _("Mail that waits, was refused, or was perhaps sent. Addresses and words are not shown.")
    empty_title = _("All mail is away")
    empty_words = _("Nothing waits, and nothing was refused lately.")
    list_display = ("purpose", "state", "attempts", "created_at", "next_at", "finished_at")
    list_display_links = None
    list_filter = ("state",)
    ordering = ("-created_at",)

    def get_queryset(self, request: Any) -> models.QuerySet[Any]:  # noqa: ANN401 - Django's form
        """Give what did not simply get away, without what it holds."""
        rows = super().get_queryset(request).exclude(state=OutgoingMail.State.SENT)
        return rows.defer("address", "subject", "text", "html")


@admin.register(OfficeReset)
class ResetOffice(OfficeAdmin):
    """Renewals of a second step, two by two; pages of our own, because here something is done."""

    right_to_look = OFFICE_RESET
    icon = "key-round"

    def get_urls(self) -> list[URLPattern]:
        """Give the page and its three acts."""
        return [
            path("", office_resets.office_resets, name=self.url_name("changelist")),
            path("vragen/", office_resets.office_reset_ask, name=self.url_name("ask")),
            path("<uuid:reset>/bevestigen/", office_resets.office_reset_confirm, name=self.url_name("confirm")),
            path("<uuid:reset>/intrekken/", office_resets.office_reset_withdraw, name=self.url_name("withdraw")),
        ]


@admin.register(Alert)
class AlertOffice(OfficeAdmin):
    """Alerts: what happened, since when and how often; each has a page that says what to do."""

    right_to_look = OFFICE_ALERTS
    icon = "triangle-alert"
    intro = _("What the watch saw. Look at each until its cause is gone; then mark it as solved.")
    empty_title = _("Nothing to look at")
    empty_words = _("The watch looks every minute. What it sees stands here.")
    list_display = ("what", "since", "last_seen", "count", "resolved_at")
    list_display_links = ("what",)
    ordering = (F("resolved_at").desc(nulls_first=True), "-last_seen")

    @admin.display(description=_("What"))
    def what(self, alert: Alert) -> str:
        """Say what happened."""
        return str(kind_of(alert.kind).label)

    def pages(self) -> list[URLPattern]:
        """Give the page of one alert, and the act that marks it as solved."""
        return [
            path("<uuid:alert>/", office_alerts.office_alert, name=self.url_name("page")),
            path("<uuid:alert>/opgelost/", office_alerts.office_alert_solve, name=self.url_name("solve")),
        ]

    def address_of(self, row: models.Model) -> str:
        """Give the address of the alert's page."""
        return reverse("admin:audit_alert_page", args=[row.pk])


def _accounts(_request: Any, school: School) -> Facts:  # noqa: ANN401 - as every part
    roles = Role.objects.for_school(school).running_today().values_list("role", "user").distinct()
    people = Counter(RoleName(role) for role, _user in roles)
    networks = NetworkRange.objects.for_school(school).count()
    return [
        *((capfirst(role.label), number) for role, number in sorted(people.items())),
        (_("Networks of the school"), networks or _("none: its link suffices")),
    ]


register_panel(30, _("Who works with the portal"), _accounts)


def _support(request: StaffRequest, school: School) -> dict[str, object] | None:
    """Give whether the helpdesk can look at this school's persons now, what it asked last, and the form to ask."""
    if not request.user.has_perm(SUPPORT_LOOK):
        return None
    answered = SupportRequest.objects.for_school(school).filter(answered_by__isnull=False)
    return {
        "grant": running_grant(school),
        "waiting": waiting_request(school),
        "latest": answered.order_by("-answered_at").first(),
        "form": AskForm(),
        "school": school,
    }


register_panel(5, _("Pupils and staff"), _support, template="accounts/support/panel.html")


@admin.register(SupportGrant)
class LeaveOffice(OfficeAdmin):
    """The schools that let the helpdesk look now; who gave the leave is not shown here."""

    right_to_look = SUPPORT_LOOK
    icon = "life-buoy"
    intro = _("The schools that let you look at their pupils and staff now. Another school you ask, on its page.")
    empty_title = _("No school lets you look now")
    empty_words = _("Find the school under Schools and ask it there, with the number of the call.")
    list_display = ("school", "reason", "until")
    list_display_links = ("school",)
    list_select_related = ("school",)
    ordering = ("until",)

    def get_queryset(self, request: Any) -> models.QuerySet[Any]:  # noqa: ANN401 - Django's form
        """Give the leaves that hold now."""
        rows = super().get_queryset(request)
        assert isinstance(rows, SupportGrantQuerySet)
        return rows.running().of_coordinators()

    def address_of(self, row: models.Model) -> str:
        """Give the address of the page of the school."""
        assert isinstance(row, SupportGrant)
        return reverse("admin:schools_school_page", args=[row.school])
