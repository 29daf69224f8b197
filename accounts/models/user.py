"""Users: who can sign in."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from basispoort.lib.compiled import Objects
from basispoort.lib.crypto import blind_indexes, normalise
from basispoort.lib.fields import BlindIndexField, EncryptedTextField

if TYPE_CHECKING:
    from accounts.models.role import Role

EMAIL_PURPOSE = "accounts.user.email"


def email_indexes(email: str) -> list[bytes]:
    """Give the forms in which an address may be stored, in any letter case."""
    return blind_indexes(EMAIL_PURPOSE, normalise(email))


def _by_email(*, index: bytes) -> models.QuerySet[User]:
    return User.objects.filter(email_index=index)


class UserKind(models.TextChoices):
    """Whom a user stands for; it never changes."""

    STAFF = "staff", _("staff")
    PUPIL = "pupil", _("pupil")
    PARENT = "parent", _("parent")
    PORTAL = "portal", _("portal's own staff")


def whole_name(first_name: str, infix: str, last_name: str) -> str:
    """Give first name, infix and last name as people say them."""
    return " ".join(part for part in (first_name, infix, last_name) if part)


class UserManager(BaseUserManager["User"]):
    """Finds users by their address, which is stored encrypted."""

    def with_email(self, email: str) -> User | None:
        """Give the user with this address, in any letter case, or None."""
        found = (BY_EMAIL.first(index=index) for index in email_indexes(email))
        return next((user for user in found if user is not None), None)

    def get_by_natural_key(self, username: str | None) -> User:
        """Give the user with this address; raises User.DoesNotExist."""
        user = self.with_email(username or "")
        if user is None:
            raise self.model.DoesNotExist
        return user

    def create_staff(  # noqa: PLR0913 - a person is all of these
        self,
        *,
        email: str,
        first_name: str,
        last_name: str,
        infix: str = "",
        password: str | None,
        kind: str = UserKind.STAFF,
    ) -> User:
        """Create the account of somebody who works, at a school or for the portal; without a password it waits."""
        user = self.model(kind=kind, first_name=first_name, infix=infix, last_name=last_name)
        user.set_email(email)
        user.set_password(password)
        user.save(force_insert=True)
        return user

    def staff_with(self, *, email: str, first_name: str, last_name: str, infix: str) -> tuple[User, bool]:
        """Give the account with this address, and whether it was made for it; of two who ask at once one makes it."""
        user = self.with_email(email)
        if user is None:
            try:
                with transaction.atomic():
                    made = self.create_staff(
                        email=email, first_name=first_name, infix=infix, last_name=last_name, password=None
                    )
                    return made, True
            except IntegrityError:
                user = self.with_email(email)
                if user is None:
                    raise
        return user, False


class User(AbstractBaseUser):
    """A person who can sign in (*gebruiker*); it points at the roster persons it stands for, never the other way.

    The address is encrypted and found by a blind index (SR-I01). A pupil has neither address nor password.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("kind"), max_length=6, choices=UserKind)
    email = EncryptedTextField(_("e-mail address"), null=True)
    email_index = BlindIndexField(purpose=EMAIL_PURPOSE, null=True, unique=True)
    first_name = models.CharField(_("first name"), max_length=200, blank=True)
    infix = models.CharField(_("infix"), max_length=20, blank=True)
    last_name = models.CharField(_("last name"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=2, default="nl")
    is_active = models.BooleanField(_("may sign in"), default=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email_index"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    acting_role: str = ""
    _running_roles: list[Role] | None = None

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind=UserKind.PUPIL, email_index__isnull=True) | ~Q(kind=UserKind.PUPIL),
                name="pupil_user_has_no_address",
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def full_name(self) -> str:
        """First name, infix and last name, as people say it."""
        return whole_name(self.first_name, self.infix, self.last_name)

    def set_email(self, email: str) -> None:
        """Set the address and its index together; the caller saves."""
        self.email = email.strip()
        field = self._meta.get_field("email_index")
        assert isinstance(field, BlindIndexField)
        self.email_index = field.hash(normalise(email))

    def running_roles(self) -> list[Role]:
        """Give the roles that run today, with their schools; asked of the database once a request."""
        if self._running_roles is None:
            from accounts.models.role import running_roles_of  # noqa: PLC0415 - roles point at users

            self._running_roles = running_roles_of(self.pk)
        return self._running_roles

    def is_verified(self) -> bool:
        """Tell whether the session took the second step; the middleware of django-otp puts its own answer in place."""
        return False

    def see_only(self, roles: list[Role]) -> None:
        """Have these roles and no other, for as long as this object lives."""
        self._running_roles = roles

    def forget_roles(self) -> None:
        """Ask the database again at the next question about roles."""
        self._running_roles = None

    def school_ids(self) -> list[int]:
        """Give the Basispoort IDs of the schools at which the user has a running role."""
        return sorted({role.school.pk for role in self.running_roles() if role.school})

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        """Tell whether the user holds a right at a school; raises UnknownRight for a name that nobody gave."""
        from accounts.permissions import holds  # noqa: PLC0415 - the table of rights names the roles

        return self.is_active and holds(self, perm, obj)

    def has_module_perms(self, _app_label: str) -> bool:
        """Nobody enters the admin by this road."""
        return False


BY_EMAIL = Objects[User](_by_email)
