"""Second factors: an app with codes, passkeys, and printed recovery codes (product A3; SR-A11).

Imported after `user`: the library asks for the user model while it is being read.
"""

from __future__ import annotations

import base64
import secrets
import time
import uuid
from typing import ClassVar
from urllib.parse import quote, urlencode

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device, TimestampMixin
from django_otp.oath import TOTP
from django_otp_webauthn.models import AbstractWebAuthnAttestation, AbstractWebAuthnCredential

from basispoort.lib.crypto import blind_indexes
from basispoort.lib.fields import BlindIndexField, EncryptedBytesField

SEED_BYTES = 20
STEP_SECONDS = 30
DIGITS = 6
# One step before and after: a clock may be half a minute off (SR-O, clock).
TOLERANCE_STEPS = 1
RECOVERY_PURPOSE = "accounts.recovery_code"
RECOVERY_CODES = 10
# Crockford's letters without those that look like another: 12 of them are 60 bits (SR-A11).
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LETTERS = 12


def random_id() -> int:
    """Give a random number for a row that must be known before it is stored; it never stands in an address."""
    return secrets.randbits(62)


class TotpDevice(TimestampMixin, Device):
    """An app on a phone that shows six digits, new each half minute (*authenticator-app*); its seed is encrypted.

    Verify through `django_otp.verify_token`, which locks the row: a code works once, however often it is sent.
    """

    id = models.BigIntegerField(primary_key=True, default=random_id, editable=False)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    seed = EncryptedBytesField(_("seed"))
    last_step = models.BigIntegerField(_("step of the last code"), default=-1)

    class Meta:
        verbose_name = _("authenticator app")
        verbose_name_plural = _("authenticator apps")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "confirmed"],
                name="one_app_a_user",
                violation_error_message=_("There is an app already."),
            ),
        )

    def __str__(self) -> str:
        return str(self.public_id)

    @classmethod
    def new_seed(cls) -> bytes:
        """Give a seed of 160 random bits."""
        return secrets.token_bytes(SEED_BYTES)

    def verify_token(self, token: str) -> bool:
        """Tell whether these are the digits of now, and let them work no second time."""
        if len(token) != DIGITS or not token.isascii() or not token.isdigit():
            return False
        totp = TOTP(self.seed, step=STEP_SECONDS, digits=DIGITS)
        totp.time = time.time()
        if not totp.verify(int(token), TOLERANCE_STEPS, self.last_step + 1):
            return False
        self.last_step = totp.t()
        self.set_last_used_timestamp(commit=False)  # type: ignore[no-untyped-call]  # the library's own
        self.save(update_fields=["last_step", "last_used_at"])
        return True


def spoken_seed(seed: bytes) -> str:
    """Give a seed as people type it: base 32, in fours."""
    plain = base64.b32encode(seed).decode().rstrip("=")
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def seed_address(seed: bytes, *, account: str) -> str:
    """Give the `otpauth:` address that an app reads from a QR code."""
    facts = {"secret": base64.b32encode(seed).decode().rstrip("="), "issuer": "Basispoort", "digits": DIGITS}
    return f"otpauth://totp/{quote(f'Basispoort:{account}')}?{urlencode(facts)}"


class RecoveryKit(TimestampMixin, Device):
    """Ten codes on paper for when the phone is lost (*herstelcodes*); each works once, only keyed hashes are kept."""

    id = models.BigIntegerField(primary_key=True, default=random_id, editable=False)

    class Meta:
        verbose_name = _("set of recovery codes")
        verbose_name_plural = _("sets of recovery codes")
        constraints = (models.UniqueConstraint(fields=["user"], name="one_kit_a_user"),)

    def __str__(self) -> str:
        return str(self.pk)

    def verify_token(self, token: str) -> bool:
        """Tell whether this is one of the codes, and use it up: one statement, so that it works once."""
        code = plain_code(token)
        if len(code) != CODE_LETTERS:
            return False
        hashes = blind_indexes(RECOVERY_PURPOSE, code)
        used = RecoveryCode.objects.filter(kit=self, code_hash__in=hashes, used_at__isnull=True).update(used_at=Now())
        if used != 1:
            return False
        self.set_last_used_timestamp(commit=True)  # type: ignore[no-untyped-call]  # the library's own
        return True


class RecoveryCode(models.Model):
    """One recovery code, as a keyed hash."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kit = models.ForeignKey(RecoveryKit, on_delete=models.CASCADE, related_name="codes", verbose_name=_("set"))
    code_hash = BlindIndexField(purpose=RECOVERY_PURPOSE, unique=True)
    used_at = models.DateTimeField(_("used at"), null=True, blank=True)

    class Meta:
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")

    def __str__(self) -> str:
        return str(self.pk)


def new_code() -> str:
    """Give a recovery code of 60 random bits, in fours."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(CODE_LETTERS))
    return "-".join(letters[at : at + 4] for at in range(0, CODE_LETTERS, 4))


def plain_code(typed: str) -> str:
    """Give a typed recovery code in the form in which it is compared: no signs between, and look-alikes made one."""
    kept = "".join(letter for letter in typed.upper() if letter.isalnum())
    return kept.translate(str.maketrans("OIL", "011"))


class Passkey(AbstractWebAuthnCredential):
    """A passkey (*passkey, toegangssleutel*): the phone, laptop or security key itself proves who signs in."""

    id = models.BigIntegerField(primary_key=True, default=random_id, editable=False)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta(AbstractWebAuthnCredential.Meta):
        verbose_name = _("passkey")
        verbose_name_plural = _("passkeys")
        indexes: ClassVar[list[models.Index]] = []  # the unique constraint on the hash is index enough

    def __str__(self) -> str:
        return str(self.public_id)


class PasskeyAttestation(AbstractWebAuthnAttestation):
    """What a passkey said of itself when it was made."""

    credential = models.OneToOneField(
        Passkey, on_delete=models.CASCADE, related_name="attestation", verbose_name=_("passkey"), editable=False
    )

    class Meta:
        verbose_name = _("passkey's attestation")
        verbose_name_plural = _("passkeys' attestations")

    def __str__(self) -> str:
        return str(self.pk)
