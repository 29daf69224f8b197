"""Schools: the tenants of the portal, and the national register they come from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from basispoort.lib.ids import BasispoortIdField
from schools.models.board import Board

if TYPE_CHECKING:
    from datetime import date

CODE = re.compile(r"^(\d{2}[A-Z]{2})(\d{2})?$")


class SchoolState(models.TextChoices):
    """Where a school stands with the portal; `registered` is a location of the register that never asked for us."""

    REGISTERED = "registered", _("in the register only")
    REQUESTED = "requested", _("requested")
    ACTIVE = "active", _("active")
    SUSPENDED = "suspended", _("suspended")
    ENDED = "ended", _("ended")


class SchoolQuerySet(models.QuerySet["School"]):
    """Ways to choose schools; they are public facts and not a tenant's data."""

    def with_code(self, code: str) -> Self:
        """Keep the school with this code; four characters mean the main location (contract identifiers §1)."""
        return self.filter(code=normal_code(code))

    def of_customers(self) -> Self:
        """Leave out locations that only stand in the register."""
        return self.exclude(state=SchoolState.REGISTERED)

    def in_service_on(self, day: date) -> Self:
        """Keep the schools for which the portal may work on this day."""
        running = Q(in_service_until__isnull=True) | Q(in_service_until__gte=day)
        return self.filter(running, state=SchoolState.ACTIVE, in_service_from__lte=day)


def normal_code(code: str) -> str:
    """Give a school code as we write it: upper case, and six characters where it is a BRIN."""
    upper = code.strip().upper()
    match = CODE.match(upper)
    return f"{match[1]}{match[2] or '00'}" if match else upper


class School(models.Model):
    """A school at one location (*school, vestiging*): the tenant (product S1).

    Its code is BRIN and location code together, or a word of our own for a school abroad. Public facts only.
    """

    id = BasispoortIdField()
    code = models.CharField(
        _("school code"), max_length=12, unique=True, validators=[RegexValidator(r"^[A-Z0-9]{4,12}$")]
    )
    brin = models.CharField(_("BRIN"), max_length=4, blank=True, validators=[RegexValidator(r"^\d{2}[A-Z]{2}$")])
    location = models.CharField(_("location code"), max_length=2, blank=True, validators=[RegexValidator(r"^\d{2}$")])
    school_key = models.CharField(_("school key in the pupil administration"), max_length=256, blank=True)
    board = models.ForeignKey(
        Board, on_delete=models.PROTECT, null=True, related_name="schools", verbose_name=_("board")
    )
    register_name = models.CharField(_("name in the register"), max_length=200, blank=True)
    own_name = models.CharField(_("name the school uses"), max_length=200, blank=True)
    street = models.CharField(_("street"), max_length=80, blank=True)
    house_number = models.CharField(_("house number"), max_length=20, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    municipality = models.CharField(_("municipality"), max_length=80, blank=True)
    denomination = models.CharField(_("denomination"), max_length=60, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    website = models.CharField(_("website"), max_length=200, blank=True)
    holiday_region = models.CharField(_("holiday region"), max_length=10, blank=True)
    assu_number = models.CharField(_("ASSU number"), max_length=60, blank=True)
    abroad = models.BooleanField(_("abroad"), default=False)
    state = models.CharField(_("state"), max_length=12, choices=SchoolState, default=SchoolState.REGISTERED)
    in_register = models.BooleanField(_("stands in DUO's register"), default=False)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)
    in_service_from = models.DateField(_("in service from"), null=True, blank=True)
    in_service_until = models.DateField(_("in service until"), null=True, blank=True)
    keeps_birth_dates = models.BooleanField(_("keeps birth dates"), default=False)
    keeps_gender = models.BooleanField(_("keeps gender"), default=False)

    objects = SchoolQuerySet.as_manager()

    class Meta:
        verbose_name = _("school")
        verbose_name_plural = _("schools")
        ordering = ("register_name", "code")
        constraints = (
            models.CheckConstraint(
                condition=Q(brin="", location="") | ~Q(brin="") & ~Q(location=""),
                name="school_brin_has_location",
                violation_error_message=_("A BRIN comes with a location code."),
            ),
            models.CheckConstraint(
                condition=Q(in_service_until__isnull=True) | Q(in_service_until__gte=models.F("in_service_from")),
                name="school_service_ends_after_start",
                violation_error_message=_("The service ends on or after the day it starts."),
            ),
        )
        indexes = (models.Index(fields=["brin"], name="school_brin"),)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name on screen: the school's own, else the register's."""
        return self.own_name or self.register_name or self.code

    @property
    def address_line(self) -> str:
        """The visiting address in one line, as far as it is known."""
        place = " ".join(part for part in (self.postcode, self.city) if part)
        return ", ".join(part for part in (f"{self.street} {self.house_number}".strip(), place) if part)

    def is_in_service_on(self, day: date) -> bool:
        """Tell whether the portal may work for this school on a day."""
        if self.state != SchoolState.ACTIVE or self.in_service_from is None or self.in_service_from > day:
            return False
        return self.in_service_until is None or self.in_service_until >= day
