"""Passes for substitutes: in their own name, for given groups and hours, ending by themselves (product A7; SR-A17)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import events
from accounts.actions.class_start import close_starts_of
from accounts.actions.groups import groups_of
from accounts.actions.tokens import called_at, mail_link
from accounts.models import Role, RoleGroup, RoleName, TokenPurpose, User, UserKind
from accounts.models.user import whole_name
from accounts.permissions import SUBSTITUTE_GIVE
from basispoort.audit import trail
from basispoort.lib.mail import queue_mail

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from schools.models import School

LONGEST = timedelta(days=31)


class PassTooLong(Exception):
    """A pass ends after it starts, in the future, and within a month."""


class NotForThisOne(Exception):
    """Nobody gives a pass to the own account, which would outlive the own role, nor to who is no staff (SR-B09)."""


class GroupNotYours(Exception):
    """A pass is given for groups that the giver sees."""


def give_pass(  # noqa: PLR0913 - a pass is all of these
    *,
    school: School,
    email: str,
    first_name: str,
    infix: str,
    last_name: str,
    groups: Sequence[UUID],
    since: datetime,
    until: datetime,
    acting_user: User,
) -> Role:
    """Give somebody a pass for groups of the giver; it works at once, by the mail that goes out, and ends by itself.

    Raises PassTooLong, GroupNotYours, or NotForThisOne.
    """
    now = timezone.now()
    if not since < until or until <= now or until - max(since, now) > LONGEST:
        raise PassTooLong
    found = list(groups_of(acting_user, school, SUBSTITUTE_GIVE).filter(pk__in=groups))
    if not found or len(found) != len(set(groups)):
        raise GroupNotYours
    with transaction.atomic():
        user = User.objects.with_email(email)
        if user is not None and (user.pk == acting_user.pk or user.kind != UserKind.STAFF):
            raise NotForThisOne
        user, is_new = User.objects.staff_with(email=email, first_name=first_name, infix=infix, last_name=last_name)
        role = Role.objects.create(
            user=user,
            role=RoleName.SUBSTITUTE,
            school=school,
            starts_on=timezone.localdate(since),
            ends_on=timezone.localdate(until),
            since=since,
            until=until,
            given_by=acting_user,
            called="" if is_new else called_at(school, user, whole_name(first_name, infix, last_name)),
        )
        RoleGroup.objects.bulk_create(RoleGroup(school=school, role=role, group=group) for group in found)
        user.forget_roles()
        trail.record(
            events.PASS_GIVEN, school=school, acting_user=acting_user, target=role, details={"groups": len(found)}
        )
        if user.has_usable_password():
            _tell(user, school, [group.name for group in found], since, until)
        else:
            mail_link(user=user, purpose=TokenPurpose.ACTIVATION)
        return role


def end_pass(*, school: School, role: Role, acting_user: User) -> None:
    """End a pass at this very moment; once it is over, ending it again does nothing."""
    if Role.objects.for_school(school).not_over().filter(pk=role.pk).update(until=Now()):
        trail.record(
            events.ROLE_ENDED, school=school, acting_user=acting_user, target=role, details={"role": str(role.role)}
        )
        close_starts_of(school=school, user=role.user, acting_user=acting_user)


def _tell(user: User, school: School, groups: list[str], since: datetime, until: datetime) -> None:
    queue_mail(
        purpose="pass_given",
        recipient_id=user.pk,
        address=str(user.email),
        language=user.language,
        subject=_("You have a pass at a school"),
        template="accounts/mail/pass_given",
        facts={
            "name": user.first_name,
            "school": school.name,
            "groups": ", ".join(groups),
            "since": timezone.localtime(since),
            "until": timezone.localtime(until),
        },
    )
