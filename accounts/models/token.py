"""Links that are mailed: each works once, for one purpose, at one address (SR-C01 to C05)."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from basispoort.lib.fields import EncryptedTextField
from basispoort.lib.jobs import LeasedJob

if TYPE_CHECKING:
    from accounts.models.user import User

# The owner first, as everything else that touches an account does: two of its links at once wait for each other.
LOCK_OWNER = """
SELECT 1 FROM accounts_user WHERE id = (SELECT user_id FROM accounts_mailtoken WHERE token_hash = %(hash)s) FOR UPDATE
"""
REDEEM = """
UPDATE accounts_mailtoken AS token SET used_at = statement_timestamp()
FROM accounts_user AS owner
WHERE token.token_hash = %(hash)s AND token.purpose = %(purpose)s
  AND token.used_at IS NULL AND token.ended_at IS NULL AND token.expires_at > statement_timestamp()
  AND owner.id = token.user_id AND owner.is_active AND owner.email_index = token.email_index
RETURNING token.user_id
"""


class TokenPurpose(models.TextChoices):
    """What a link is for."""

    ACTIVATION = "activation", _("activation")
    PASSWORD_RESET = "password_reset", _("new password")
    ADDRESS_CHANGE = "address_change", _("other e-mail address")


# What a password is chosen by; the others open pages of their own.
FOR_PASSWORDS = frozenset({TokenPurpose.ACTIVATION, TokenPurpose.PASSWORD_RESET})
LIFETIMES = {
    TokenPurpose.ACTIVATION: timedelta(days=7),
    TokenPurpose.PASSWORD_RESET: timedelta(minutes=60),
    TokenPurpose.ADDRESS_CHANGE: timedelta(hours=24),
}


def hash_of(token: str) -> bytes:
    """Give the form in which a token is stored."""
    return hashlib.sha256(token.encode()).digest()


def new_token() -> str:
    """Give 36 characters in GUID form, made of 128 random bits (product A2, SR-C01)."""
    return str(uuid.UUID(bytes=secrets.token_bytes(16)))


class MailTokenQuerySet(models.QuerySet["MailToken"]):
    """Ways to choose tokens."""

    def live(self) -> Self:
        """Keep what could be used now, by the database's clock."""
        return self.filter(used_at__isnull=True, ended_at__isnull=True, expires_at__gt=Now())

    def sent_lately(self) -> Self:
        """Keep what was sent within the last hour."""
        return self.filter(created_at__gt=Now() - timedelta(hours=1))


class MailToken(models.Model):
    """A link (*link*) that was mailed; only its hash is kept, with purpose, account and address it is bound to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_tokens", verbose_name=_("user")
    )
    purpose = models.CharField(_("purpose"), max_length=20, choices=TokenPurpose)
    token_hash = models.BinaryField(_("hash of the link"), max_length=32, unique=True)
    email_index = models.BinaryField(_("hash of the address"), max_length=32)
    new_email = EncryptedTextField(_("new e-mail address"), null=True)
    created_at = models.DateTimeField(_("created at"), db_default=Now())
    expires_at = models.DateTimeField(_("expires at"))
    used_at = models.DateTimeField(_("used at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = MailTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("mailed link")
        verbose_name_plural = _("mailed links")
        constraints = (
            models.CheckConstraint(
                condition=Q(used_at__isnull=True) | Q(ended_at__isnull=True), name="mail_token_ends_one_way"
            ),
        )

    def __str__(self) -> str:
        return str(self.id)

    @classmethod
    def issue(cls, user: User, purpose: TokenPurpose, *, new_email: str | None = None) -> str:
        """Make a link for a user and give its token, which is stored nowhere.

        `new_email` is the address that a change of address goes to: where the link is mailed, and what it confirms.
        """
        token = new_token()
        cls.objects.create(
            user=user,
            purpose=purpose,
            token_hash=hash_of(token),
            email_index=user.email_index,
            new_email=new_email,
            expires_at=Now() + LIFETIMES[purpose],
        )
        return token

    @classmethod
    def redeem(cls, token_hash: bytes, purpose: TokenPurpose) -> uuid.UUID | None:
        """Use a link up and give whose it is; None when it is unknown, used, ended, too old or bound to something else.

        One statement, before any effect: of many at once, one gets the account (SR-C03). Must run in a transaction.
        """
        with connection.cursor() as cursor:
            cursor.execute(LOCK_OWNER, {"hash": token_hash})
            cursor.execute(REDEEM, {"hash": token_hash, "purpose": purpose})
            row = cursor.fetchone()
        return row[0] if row else None


class MailReason(models.TextChoices):
    """Why something may have to be mailed to an address that somebody typed."""

    LINK = "link", _("a link was asked for")
    FAILURES = "failures", _("many tries to sign in failed")


class LinkRequest(LeasedJob):
    """That somebody typed an address to get a link, or in vain; a worker finds out whether it is known, not the page.

    The row goes when it is answered (SR-A05, SR-C07, SR-K03).
    """

    waiting_states = ("waiting",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(_("state"), max_length=8, default="waiting")
    reason = models.CharField(_("reason"), max_length=8, choices=MailReason, db_default=MailReason.LINK)
    address = EncryptedTextField(_("address"))
    created_at = models.DateTimeField(_("created at"), db_default=Now())

    class Meta:
        verbose_name = _("request for a link")
        verbose_name_plural = _("requests for links")

    def __str__(self) -> str:
        return str(self.id)
