"""Groups: the classes of a school in one school year."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Case, Count, ExpressionWrapper, Q, When
from django.utils.translation import gettext_lazy as _

from basispoort.lib.tenancy import TenantManager, TenantModel, TenantQuerySet
from schools.models.school import School


class GroupKind(models.TextChoices):
    """The kinds of group (product S5)."""

    HOME = "home", _("home group")
    COMBINED = "combined", _("combined group")
    SUBGROUP = "subgroup", _("subgroup")
    SUBSTITUTION = "substitution", _("substitution group")
    TRANSITION = "transition", _("transition class")
    TODDLERS = "toddlers", _("toddlers")


SUBGROUPS = frozenset({GroupKind.SUBGROUP, GroupKind.SUBSTITUTION})


class GroupQuerySet(TenantQuerySet["Group"]):
    """Ways to choose groups."""

    def current(self) -> GroupQuerySet:
        """Keep the groups that still exist."""
        return self.filter(ended_at__isnull=True)

    def with_home_pupils(self) -> GroupQuerySet:
        """Keep the groups that pupils belong to all day, as opposed to subgroups."""
        return self.exclude(kind__in=SUBGROUPS)

    def in_order(self) -> GroupQuerySet:
        """Sort as a school speaks of its groups: the youngest first, subgroups after all of them."""
        beside = ExpressionWrapper(Q(kind__in=SUBGROUPS), models.BooleanField())
        return self.order_by(beside, "year_group", "name", "pk")

    def with_number_of_pupils(self) -> GroupQuerySet:
        """Give each group along `pupils`: how many present pupils are at home here, or have a place in a subgroup."""
        at_home = Count("home_pupils", filter=Q(home_pupils__left_at__isnull=True), distinct=True)
        placed = Count("places", filter=Q(places__pupil__left_at__isnull=True), distinct=True)
        return self.annotate(pupils=Case(When(kind__in=SUBGROUPS, then=placed), default=at_home))


class GroupManager(TenantManager["Group"]):
    """Hands out `GroupQuerySet`s."""

    def get_queryset(self) -> GroupQuerySet:
        """Give a queryset that has not heard its school yet."""
        return GroupQuerySet(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]  # Django's own

    def for_school(self, school: models.Model | int) -> GroupQuerySet:
        """Keep the groups of one school."""
        return self.get_queryset().for_school(school)


class Group(TenantModel):
    """A group (*groep*) of one school year; it lives at most that year (contract EDEXML §6)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="groups", verbose_name=_("school"))
    school_year = models.CharField(_("school year"), max_length=9)
    kind = models.CharField(_("kind"), max_length=12, choices=GroupKind, default=GroupKind.HOME)
    las_key = models.CharField(_("key in the pupil administration"), max_length=256, blank=True)
    name = models.CharField(_("name"), max_length=64)
    year_group = models.CharField(_("year group"), max_length=2, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    objects: ClassVar[GroupManager] = GroupManager()

    class Meta:
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        ordering = ("year_group", "name")
        constraints = (
            models.UniqueConstraint(
                fields=["school", "school_year", "las_key"],
                condition=~Q(las_key="") & Q(ended_at__isnull=True),
                name="group_key_once_a_year",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_subgroup(self) -> bool:
        """Whether pupils have a place here beside the group in which they are at home."""
        return self.kind in SUBGROUPS
