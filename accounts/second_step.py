"""The second step as a gate: who needs it, and whether it was taken (SR-A11)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_otp import device_classes

from accounts.models import RoleName, UserKind
from basispoort.lib.compiled import Compiled, ask

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from accounts.models import User
    from basispoort.lib.access import Access
    from basispoort.lib.http import StaffRequest

DUE = "second_step_due"
# Who may do weighty things is asked for more than a password (product A3).
STRONG_ROLES = frozenset(
    {
        RoleName.ICT_COORDINATOR,
        RoleName.HEAD,
        RoleName.BOARD_MEMBER,
        RoleName.HELPDESK,
        RoleName.SECURITY_OFFICER,
    }
)


def is_powerful(user: User) -> bool:
    """Tell whether a user has a role that asks for a second step."""
    return user.kind == UserKind.PORTAL or any(role.role in STRONG_ROLES for role in user.running_roles())


def has_device(user: User) -> bool:
    """Tell whether a user set a second step up: every kind of device in one question to the database."""
    return bool(ask([DEVICES], user=user.pk)[0])


def _devices(*, user: UUID) -> QuerySet[Any, Any]:
    kinds = [model.objects.filter(user=user, confirmed=True).values_list("user_id") for model in device_classes()]
    first, *others = (kind.order_by() for kind in kinds)
    rows: QuerySet[Any, Any] = first.union(*others, all=True)
    return rows[:1]


DEVICES = Compiled(_devices)


def is_due(user: User) -> bool:
    """Tell whether signing in takes a second step: by the role, or because the user set one up."""
    return is_powerful(user) or has_device(user)


def blocks(request: StaffRequest, access: Access) -> bool:
    """Tell whether this page stays shut until the second step is taken.

    A role given a moment ago counts at once; a page that leads through the step, or away, is always open.
    """
    return not access.before_second_step and is_half_in(request)


def is_half_in(request: StaffRequest) -> bool:
    """Tell whether the second step of this session is still to come."""
    return not request.user.is_verified() and (bool(request.session.get(DUE)) or is_powerful(request.user))
