"""School accounts: the Microsoft or Google account that the school gave somebody (product A3; SR-F09)."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.user import User
from basispoort.lib.fields import BlindIndexField
from basispoort.lib.tenancy import TenantModel
from schools.models import School

SUBJECT_PURPOSE = "accounts.school_account.subject"


class AccountProvider(models.TextChoices):
    """Who gives school accounts."""

    MICROSOFT = "microsoft", "Microsoft"
    GOOGLE = "google", "Google"


class SchoolAccount(models.Model):
    """A link from a user to a school account, by issuer and number there; an address never links anything."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="school_accounts", verbose_name=_("user"))
    provider = models.CharField(_("provider"), max_length=10, choices=AccountProvider)
    tenant = models.CharField(_("organisation"), max_length=100)
    subject_index = BlindIndexField(purpose=SUBJECT_PURPOSE, unique=True)
    linked_at = models.DateTimeField(_("linked at"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True)

    class Meta:
        verbose_name = _("school account")
        verbose_name_plural = _("school accounts")
        constraints = (models.UniqueConstraint(fields=["user", "provider"], name="one_school_account_a_provider"),)

    def __str__(self) -> str:
        return str(self.pk)


class AllowedTenant(TenantModel):
    """An organisation at Microsoft or Google from which a school lets its staff sign in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+", verbose_name=_("school"))
    provider = models.CharField(_("provider"), max_length=10, choices=AccountProvider)
    tenant = models.CharField(_("organisation"), max_length=100)
    label = models.CharField(_("domain"), max_length=100)
    allowed_at = models.DateTimeField(_("allowed at"), auto_now_add=True)

    class Meta:
        verbose_name = _("allowed organisation")
        verbose_name_plural = _("allowed organisations")
        constraints = (
            models.UniqueConstraint(
                fields=["school", "provider", "tenant"],
                name="organisation_allowed_once",
                violation_error_message=_("This organisation is allowed already."),
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)
