"""Roles: what a person is at a school or a board, from one day to another."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from basispoort.lib.compiled import Objects
from basispoort.lib.tenancy import TenantManager, TenantModel, TenantQuerySet, unscoped
from schools.models import Board, Group, School

if TYPE_CHECKING:
    from datetime import date


class RoleName(models.TextChoices):
    """The roles there are (product A4, section "Who uses it")."""

    ICT_COORDINATOR = "ict_coordinator", _("ICT coordinator")
    HEAD = "head", _("head")
    TEACHER = "teacher", _("teacher")
    INTERNAL_SUPERVISOR = "internal_supervisor", _("internal supervisor")
    TRAINEE = "trainee", _("trainee")
    SUBSTITUTE = "substitute", _("substitute")
    SUPPORT_STAFF = "support_staff", _("support staff")
    BOARD_MEMBER = "board_member", _("board member")
    HELPDESK = "helpdesk", _("helpdesk")
    SECURITY_OFFICER = "security_officer", _("security officer")


AT_A_SCHOOL = (
    RoleName.ICT_COORDINATOR,
    RoleName.HEAD,
    RoleName.TEACHER,
    RoleName.INTERNAL_SUPERVISOR,
    RoleName.TRAINEE,
    RoleName.SUBSTITUTE,
    RoleName.SUPPORT_STAFF,
)
# Who may act for the school towards the portal: the *afgevaardigden* (OV, definitions).
DELEGATES = (RoleName.ICT_COORDINATOR, RoleName.HEAD)


class DateRange(Func):
    """The days of a role as PostgreSQL's range, last day included."""

    function = "DATERANGE"
    output_field = DateRangeField()


class RoleQuerySet(TenantQuerySet["Role"]):
    """Ways to choose roles."""

    def running_today(self, day: date | None = None) -> Self:
        """Keep the roles that run today, in the Netherlands, and have not begun later or ended earlier than now."""
        today = day or timezone.localdate()
        return self.filter(
            Q(ends_on__isnull=True) | Q(ends_on__gte=today),
            Q(since__isnull=True) | Q(since__lte=Now()),
            Q(until__isnull=True) | Q(until__gt=Now()),
            starts_on__lte=today,
        )

    def not_over(self) -> Self:
        """Keep the roles that run or are still to come."""
        today = timezone.localdate()
        return self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), Q(until__isnull=True) | Q(until__gt=Now()))

    def of_who_came(self) -> Self:
        """Keep the roles whose holder has an account in use, and has been at the school."""
        came = self.filter(called="", user__is_active=True)
        return came.exclude(user__password__startswith=UNUSABLE_PASSWORD_PREFIX)

    def in_days(self, starts_on: date, ends_on: date | None) -> Self:
        """Keep the roles given by the day, and not withdrawn, of which one day at least lies between these."""
        rows = self.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=starts_on), until__isnull=True)
        return rows if ends_on is None else rows.filter(starts_on__lte=ends_on)

    def with_places(self) -> Self:
        """Fetch schools and boards along."""
        return self.select_related("school", "board").order_by("school__register_name", "role")


class RoleManager(TenantManager["Role"]):
    """Hands out `RoleQuerySet`s."""

    def get_queryset(self) -> RoleQuerySet:
        """Give a queryset that has not heard its school yet."""
        return RoleQuerySet(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]  # Django's own

    def for_school(self, school: models.Model | int) -> RoleQuerySet:
        """Keep the roles at one school."""
        return self.get_queryset().for_school(school)


class Role(TenantModel):
    """A role (*rol*) of a user at one school, at one board, or for the whole country; roles add up, always.

    A board's and the portal's own roles belong to no school and are seen in national blocks only.
    """

    national_writes = frozenset({"INSERT", "UPDATE"})

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="roles", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=20, choices=RoleName)
    school = models.ForeignKey(
        School, on_delete=models.CASCADE, null=True, blank=True, related_name="roles", verbose_name=_("school")
    )
    board = models.ForeignKey(
        Board, on_delete=models.CASCADE, null=True, blank=True, related_name="roles", verbose_name=_("board")
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    # A pass runs by the hour, and what is withdrawn ends at that very moment (SR-A10, SR-A17).
    since = models.DateTimeField(_("from the moment"), null=True, blank=True)
    until = models.DateTimeField(_("until the moment"), null=True, blank=True)
    # What the giver typed, for an account that was there already; empty once its owner has come to the school.
    called = models.CharField(_("called by the school"), max_length=430, blank=True, db_default="")
    told_at = models.DateTimeField(_("told of it at"), db_default=Now())
    leave_announced_at = models.DateTimeField(_("wants to stop since"), null=True, blank=True)
    given_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("given by")
    )

    objects: ClassVar[RoleManager] = RoleManager()

    class Meta:
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints = (
            models.CheckConstraint(
                condition=Q(role__in=AT_A_SCHOOL, school__isnull=False, board__isnull=True)
                | Q(role=RoleName.BOARD_MEMBER, school__isnull=True, board__isnull=False)
                | Q(role__in=[RoleName.HELPDESK, RoleName.SECURITY_OFFICER], school__isnull=True, board__isnull=True),
                name="role_is_at_its_place",
                violation_error_message=_("This role does not belong at this place."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="role_ends_after_start",
                violation_error_message=_("A role ends on or after the day it starts."),
            ),
            ExclusionConstraint(
                name="role_runs_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("school", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on", RangeBoundary(inclusive_upper=True)), RangeOperators.OVERLAPS),
                ],
                condition=Q(until__isnull=True),
                violation_error_message=_("This person has this role already in that time."),
            ),
        )
        indexes = (models.Index(fields=["user"], name="role_of_user"),)

    def __str__(self) -> str:
        return f"{self.role} {self.pk}"

    @property
    def shown_name(self) -> str:
        """The name by which the school knows the holder: the owner's own, once the owner has come (SR-A05)."""
        return self.called or self.user.full_name


def _running(*, user: uuid.UUID, day: date) -> RoleQuerySet:
    return Role.objects.get_queryset().running_today(day).filter(user=user).with_places()


# Asked at every request of every adult.
RUNNING = Objects[Role](_running)


def running_roles_of(user: uuid.UUID) -> list[Role]:
    """Give the roles of a user that run now, with their schools and boards."""
    return RUNNING.all(unscoped="which schools may this user enter", user=user, day=timezone.localdate())


def roles_to_come(user: uuid.UUID) -> list[Role]:
    """Give the roles of a user that run now or begin later, with their schools and boards."""
    with unscoped("where does this user work, now or soon"):
        return list(Role.objects.get_queryset().not_over().filter(user=user).with_places())


class RoleGroup(TenantModel):
    """A group that a role is for: a substitute's (*invaller*) role is for the groups on the pass."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="groups", verbose_name=_("role"))
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+", verbose_name=_("group"))

    class Meta:
        verbose_name = _("group of a role")
        verbose_name_plural = _("groups of roles")
        constraints = (models.UniqueConstraint(fields=["role", "group"], name="role_has_a_group_once"),)

    def __str__(self) -> str:
        return str(self.pk)
