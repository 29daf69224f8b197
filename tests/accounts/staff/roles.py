"""What the tests of staff and their roles share."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from accounts.models import Role, User
from basispoort.lib.tenancy import unscoped

HOME = "/school/99XX00/medewerkers/"


def roles_of(user: User) -> list[str]:
    user.forget_roles()
    return sorted(role.role for role in user.running_roles())


def role_of(user: User, name: str) -> Role:
    with unscoped("a test looks"):
        return Role.objects.get_queryset().get(user=user, role=name)


def invitation(**values: Any) -> dict[str, Any]:
    facts = {"first_name": "Nova", "infix": "", "last_name": "Voorbeeld", "email": "nova@voorbeeldschool.example"}
    return facts | {"role": "teacher", "starts_on": timezone.localdate().isoformat(), "ends_on": ""} | values
