"""The portal's own people: invited by who runs the portal, never by a web page (SR-A13)."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts import events
from accounts.actions.tokens import mail_link
from accounts.models import Role, RoleName, TokenPurpose, User, UserKind
from basispoort.audit import trail
from basispoort.lib.tenancy import unscoped

OWN_ROLES = (RoleName.HELPDESK, RoleName.SECURITY_OFFICER)


class NotOurs(Exception):
    """The address is that of somebody at a school: the portal's own people have an account for that alone."""


def invite_portal_staff(*, email: str, first_name: str, infix: str, last_name: str, role: str) -> User:
    """Give somebody a role at the portal from today and mail a link to the back office; again, it changes nothing.

    Raises NotOurs.
    """
    with transaction.atomic():
        user = User.objects.with_email(email)
        if user is None:
            user = User.objects.create_staff(
                email=email,
                first_name=first_name,
                infix=infix,
                last_name=last_name,
                password=None,
                kind=UserKind.PORTAL,
            )
        if user.kind != UserKind.PORTAL:
            raise NotOurs
        with unscoped("a role of the portal's own"):
            if not Role.objects.get_queryset().not_over().filter(user=user, role=role).exists():
                given = Role.objects.create(user=user, role=role, starts_on=timezone.localdate())
                trail.record(events.ROLE_GIVEN, school=None, acting_user=None, target=given)
        if not user.has_usable_password():
            mail_link(user=user, purpose=TokenPurpose.ACTIVATION)
        return user


def end_portal_staff(*, email: str) -> int:
    """End all roles of one of the portal's own people at this moment; gives how many."""
    with transaction.atomic(), unscoped("roles of the portal's own"):
        user = User.objects.with_email(email)
        roles = Role.objects.get_queryset().not_over().filter(user=user, user__kind=UserKind.PORTAL)
        for role in roles:
            trail.record(events.ROLE_ENDED, school=None, acting_user=None, target=role)
        return roles.update(ends_on=timezone.localdate(), until=timezone.now())
