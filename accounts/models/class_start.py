"""The class start: ten minutes in which a whole group gets in, and those whom the teacher lets in by hand."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from basispoort.lib.tenancy import TenantManager, TenantModel, TenantQuerySet
from schools.models import Group, Pupil, School

LASTS = timedelta(minutes=10)
ASK_LASTS = timedelta(minutes=2)


class Moments(Func):
    """The time of a class start as PostgreSQL's range."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class ClassStartQuerySet(TenantQuerySet["ClassStart"]):
    """Ways to choose class starts."""

    def open(self) -> Self:
        """Keep those that run now, by the database's clock."""
        return self.filter(started_at__lte=Now(), ends_at__gt=Now())


class ClassStartManager(TenantManager["ClassStart"]):
    """Hands out `ClassStartQuerySet`s."""

    def get_queryset(self) -> ClassStartQuerySet:
        """Give a queryset that has not heard its school yet."""
        return ClassStartQuerySet(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]  # Django's own

    def for_school(self, school: models.Model | int) -> ClassStartQuerySet:
        """Keep the class starts of one school."""
        return self.get_queryset().for_school(school)


class ClassStart(TenantModel):
    """A class start (*klassenstart*): one group gets in from anywhere, for ten minutes at most (SR-A17).

    `request_key` is the number of the button that was pressed: the same request again opens nothing new. Closing early
    moves `ends_at` forward; nothing ever moves it back.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="class_starts", verbose_name=_("group"))
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", verbose_name=_("started by")
    )
    request_key = models.UUIDField(_("number of the request"), unique=True, editable=False)
    started_at = models.DateTimeField(_("started at"))
    ends_at = models.DateTimeField(_("ends at"))

    objects: ClassVar[ClassStartManager] = ClassStartManager()

    class Meta:
        verbose_name = _("class start")
        verbose_name_plural = _("class starts")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__gte=F("started_at"), ends_at__lte=F("started_at") + LASTS),
                name="class_start_lasts_ten_minutes",
                violation_error_message=_("A class start lasts ten minutes at most."),
            ),
            ExclusionConstraint(
                name="class_start_runs_once_at_a_time",
                expressions=[("group", "="), (Moments("started_at", "ends_at"), "&&")],
                violation_error_message=_("A class start runs for this group already."),
            ),
        )
        indexes = (models.Index(fields=["ends_at"], name="class_start_ends"),)

    def __str__(self) -> str:
        return str(self.pk)


class LetInQuerySet(TenantQuerySet["LetIn"]):
    """Ways to choose those who ask."""

    def asking(self) -> Self:
        """Keep those who wait for the teacher's tap now."""
        return self.filter(allowed_at__isnull=True, expires_at__gt=Now())

    def claim(self, browser_hash: bytes) -> bool:
        """Use the teacher's tap up for this browser; True for exactly one of all who try.

        One conditional UPDATE on columns of the row itself, so that two at once cannot both find it unused.
        """
        free = self.filter(
            browser_hash=browser_hash, allowed_at__isnull=False, used_at__isnull=True, expires_at__gt=Now()
        )
        return free.update(used_at=Now()) == 1


class LetInManager(TenantManager["LetIn"]):
    """Hands out `LetInQuerySet`s."""

    def get_queryset(self) -> LetInQuerySet:
        """Give a queryset that has not heard its school yet."""
        return LetInQuerySet(self.model, using=self._db, hints=self._hints)  # type: ignore[attr-defined]  # Django's own

    def for_school(self, school: models.Model | int) -> LetInQuerySet:
        """Keep the rows of one school."""
        return self.get_queryset().for_school(school)


class LetIn(TenantModel):
    """One browser that waits at one pupil's name until the teacher taps, within one class start (SR-A17).

    `browser_hash` is the hash of a random value in that browser's session: the tap lets in that browser and no other.
    `sign` is the picture that the waiting screen and the teacher's screen both show.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    class_start = models.ForeignKey(
        ClassStart, on_delete=models.CASCADE, related_name="let_ins", verbose_name=_("class start")
    )
    pupil = models.ForeignKey(Pupil, on_delete=models.CASCADE, related_name="let_ins", verbose_name=_("pupil"))
    browser_hash = models.BinaryField(_("hash of the browser's own number"), max_length=32)
    sign = models.CharField(_("picture on both screens"), max_length=12)
    asked_at = models.DateTimeField(_("asked at"))
    expires_at = models.DateTimeField(_("expires at"))
    allowed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("let in by")
    )
    allowed_at = models.DateTimeField(_("let in at"), null=True)
    used_at = models.DateTimeField(_("used at"), null=True)

    objects: ClassVar[LetInManager] = LetInManager()

    class Meta:
        verbose_name = _("pupil who asks to be let in")
        verbose_name_plural = _("pupils who ask to be let in")
        constraints = (
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(allowed_at__isnull=False), name="let_in_is_allowed_before_used"
            ),
            models.UniqueConstraint(
                fields=["pupil"],
                condition=Q(allowed_at__isnull=False, used_at__isnull=True),
                name="let_in_one_browser_at_a_time",
            ),
        )
        indexes = (models.Index(fields=["expires_at"], name="let_in_expires"),)

    def __str__(self) -> str:
        return str(self.pk)
