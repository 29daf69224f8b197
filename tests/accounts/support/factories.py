"""The helpdesk, and the leave that a school gives it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts.models import RoleName, SupportGrant, SupportReason, SupportRequest, UserKind
from basispoort.lib.tenancy import school_transaction
from tests import factories

if TYPE_CHECKING:
    from accounts.models import User
    from schools.models import School


def make_portal_user(role: str = RoleName.HELPDESK, **values: Any) -> User:
    """Somebody of the portal's own staff, with an app for the second step."""
    user = factories.make_user(**values)
    user.kind = UserKind.PORTAL
    user.save(update_fields=["kind"])
    factories.make_role(user, role)
    factories.make_app(user)
    return user


def make_grant(school: School, user: User, **values: Any) -> SupportGrant:
    """A leave that began a minute ago and lasts an hour."""
    start = timezone.now() - timedelta(minutes=1)
    defaults = {"reason": SupportReason.SIGN_IN, "starts_at": start, "until": start + timedelta(hours=1)}
    with school_transaction(school):
        return SupportGrant.objects.create(school=school, granted_by=user, **defaults | values)


def make_request(school: School, user: User, **values: Any) -> SupportRequest:
    """A question of the helpdesk that waits for an answer."""
    defaults = {"reason": SupportReason.MATERIAL, "ticket": "HD-1", "asked_at": timezone.now()}
    with school_transaction(school):
        return SupportRequest.objects.create(school=school, asked_by=user, **defaults | values)


def let_time_pass(school: School, hours: int = 25) -> None:
    """Make every leave at a school so much older, as waiting does."""
    with school_transaction(school):
        for grant in SupportGrant.objects.for_school(school):
            grant.starts_at -= timedelta(hours=hours)
            grant.until -= timedelta(hours=hours)
            grant.save(update_fields=["starts_at", "until"])


def grants_of(school: School) -> list[SupportGrant]:
    """All leaves of a school, oldest first."""
    with school_transaction(school):
        return list(SupportGrant.objects.for_school(school).order_by("starts_at"))
