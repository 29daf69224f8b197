"""Who is who, and who may what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.backends import BaseBackend

from accounts.back_office import belongs_here
from accounts.models import User
from basispoort.lib.compiled import Objects

if TYPE_CHECKING:
    from uuid import UUID

    from django.db import models
    from django.http import HttpRequest


def _active(*, user: UUID) -> models.QuerySet[User]:
    return User.objects.filter(pk=user, is_active=True)


# Asked at every request of everybody.
ACTIVE = Objects[User](_active)


class RoleBackend(BaseBackend):
    """Checks address and password, always at the cost of one hash (SR-A05), and gives users back by id."""

    def authenticate(  # type: ignore[override]  # our own credentials
        self, request: HttpRequest | None, *, email: str = "", password: str = ""
    ) -> User | None:
        """Give the user whose address and password these are; None otherwise, after the same work."""
        user = User.objects.with_email(email) if email else None
        if user is None or not user.has_usable_password():
            User().set_password(password)
            return None
        if user.check_password(password) and user.is_active and belongs_here(request, user):
            return user
        return None

    def get_user(self, user_id: UUID) -> User | None:
        """Give a user who may still sign in, asked anew at each request (SR-A10)."""
        return ACTIVE.first(user=user_id)
