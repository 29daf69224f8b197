"""Who is who, and who may what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.backends import BaseBackend

from accounts.models import User

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpRequest


class RoleBackend(BaseBackend):
    """Checks address and password, always at the cost of one hash (SR-A05), and gives users back by id."""

    def authenticate(  # type: ignore[override]  # our own credentials
        self, _request: HttpRequest | None, *, email: str = "", password: str = ""
    ) -> User | None:
        """Give the user whose address and password these are; None otherwise, after the same work."""
        user = User.objects.with_email(email) if email else None
        if user is None or not user.has_usable_password():
            User().set_password(password)
            return None
        if user.check_password(password) and user.is_active:
            return user
        return None

    def get_user(self, user_id: UUID) -> User | None:
        """Give a user who may still sign in, asked anew at each request (SR-A10)."""
        return User.objects.filter(pk=user_id, is_active=True).first()
