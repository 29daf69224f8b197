"""Support access: the helpdesk sees persons only while a coordinator of their school lets it (product A10, SR-B07)."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, ExpressionWrapper, F, Func, OuterRef, Q
from django.db.models.functions import Coalesce, Now, TruncDate
from django.utils.translation import gettext_lazy as _

from accounts.models.role import Role, RoleName
from accounts.models.user import User
from basispoort.lib.tenancy import TenantManager, TenantModel, TenantQuerySet
from schools.models import School

LONGEST = timedelta(hours=24)
WAITS = timedelta(days=7)
TICKET = r"[A-Z0-9][A-Z0-9-]{1,19}"


class SupportReason(models.TextChoices):
    """What the helpdesk has to look at; a choice, so that no name and no story is kept."""

    SIGN_IN = "sign_in", _("somebody cannot sign in")
    MATERIAL = "material", _("material does not open, or is missing")
    ROSTER = "roster", _("names, groups or roles are wrong")
    OTHER = "other", _("something else, as we agreed on the phone")


class GrantedTime(Func):
    """The time for which a grant really holds, as PostgreSQL's range."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class SupportGrantQuerySet(TenantQuerySet["SupportGrant"]):
    """Ways to choose grants."""

    def running(self) -> Self:
        """Keep the one whose time runs now, by the database's clock, and that nobody ended."""
        return self.filter(starts_at__lte=Now(), until__gt=Now(), ended_at__isnull=True)

    def of_coordinators(self) -> Self:
        """Keep those whose giver is ICT coordinator of that school now; to be asked within their scope."""
        here = Role.objects.get_queryset().running_today().filter(role=RoleName.ICT_COORDINATOR)
        # A role that is given again does not bring back what was granted under the one before.
        began = here.filter(starts_on__lte=TruncDate(ExpressionWrapper(OuterRef("starts_at"), models.DateTimeField())))
        return self.filter(Exists(began.filter(user=OuterRef("granted_by"), school=OuterRef("school"))))

    def over_untold(self) -> Self:
        """Keep those that ended by themselves and of which nobody has been told yet."""
        return self.filter(until__lte=Now(), ended_at__isnull=True, end_told_at__isnull=True)


class SupportGrantManager(TenantManager["SupportGrant"]):
    """Hands out `SupportGrantQuerySet`s."""

    def get_queryset(self) -> SupportGrantQuerySet:
        """Give a queryset that has not heard its school yet."""
        return SupportGrantQuerySet(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]  # Django's own

    def for_school(self, school: models.Model | int) -> SupportGrantQuerySet:
        """Keep the grants of one school."""
        return self.get_queryset().for_school(school)

    def holding(self, school: models.Model | int) -> SupportGrantQuerySet:
        """Keep the grant of a school that holds now: its time runs, and who gave it is still ICT coordinator there."""
        return self.for_school(school).running().of_coordinators()


class SupportGrant(TenantModel):
    """A coordinator's leave (*toestemming*) for the helpdesk to look at the school's persons, 24 hours at most.

    `until` never moves; ending early sets `ended_at`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    reason = models.CharField(_("reason"), max_length=10, choices=SupportReason)
    granted_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("granted by"))
    starts_at = models.DateTimeField(_("from the moment"))
    until = models.DateTimeField(_("until the moment"))
    ended_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("ended by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)
    end_told_at = models.DateTimeField(_("end told at"), null=True)

    objects: ClassVar[SupportGrantManager] = SupportGrantManager()

    class Meta:
        verbose_name = _("support grant")
        verbose_name_plural = _("support grants")
        constraints = (
            models.CheckConstraint(
                condition=Q(until__gt=F("starts_at"), until__lte=F("starts_at") + LONGEST),
                name="support_lasts_a_day",
                violation_error_message=_("The helpdesk can look for 24 hours at most."),
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ended_by__isnull=True)
                | Q(ended_at__gte=F("starts_at"), ended_at__lte=F("until")),
                name="support_ends_in_its_time",
                violation_error_message=_("A grant is ended while it runs."),
            ),
            ExclusionConstraint(
                name="support_runs_once_at_a_time",
                expressions=[("school", "="), (GrantedTime("starts_at", Coalesce("ended_at", "until")), "&&")],
                violation_error_message=_("The helpdesk can look already."),
            ),
        )
        indexes = (models.Index(fields=["until"], condition=Q(end_told_at__isnull=True), name="support_to_tell"),)

    def __str__(self) -> str:
        return str(self.pk)


class SupportRequestQuerySet(TenantQuerySet["SupportRequest"]):
    """Ways to choose requests."""

    def waiting(self) -> Self:
        """Keep the one that waits for the school's answer; after a week a request is over."""
        return self.filter(answered_at__isnull=True, asked_at__gt=Now() - WAITS)


class SupportRequestManager(TenantManager["SupportRequest"]):
    """Hands out `SupportRequestQuerySet`s."""

    def get_queryset(self) -> SupportRequestQuerySet:
        """Give a queryset that has not heard its school yet."""
        return SupportRequestQuerySet(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]  # Django's own

    def for_school(self, school: models.Model | int) -> SupportRequestQuerySet:
        """Keep the requests at one school."""
        return self.get_queryset().for_school(school)


class SupportRequest(TenantModel):
    """The helpdesk asks a school to be let in; a coordinator says yes, by a grant, or no."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    reason = models.CharField(_("reason"), max_length=10, choices=SupportReason)
    ticket = models.CharField(
        _("number of the call"),
        max_length=20,
        validators=[RegexValidator(f"^{TICKET}$", _("Capitals, digits and dashes, such as HD-12345."))],
    )
    asked_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", verbose_name=_("asked by"))
    asked_at = models.DateTimeField(_("asked at"))
    answered_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("answered by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True)
    grant = models.OneToOneField(
        SupportGrant, on_delete=models.SET_NULL, null=True, related_name="request", verbose_name=_("support grant")
    )

    objects: ClassVar[SupportRequestManager] = SupportRequestManager()

    class Meta:
        verbose_name = _("request for support access")
        verbose_name_plural = _("requests for support access")
        constraints = (
            models.UniqueConstraint(
                fields=["school"],
                condition=Q(answered_at__isnull=True),
                name="one_open_support_request",
                violation_error_message=_("The helpdesk has asked this school already."),
            ),
            models.CheckConstraint(
                condition=Q(grant__isnull=True) | Q(answered_at__isnull=False), name="support_request_yes_is_an_answer"
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)
