"""Giving and ending roles at a school (product A4, A5; SR-A10, SR-B09)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import events
from accounts.actions.class_start import close_starts_of
from accounts.actions.support import end_grants_of
from accounts.actions.tokens import LIVE_AT_MOST, RoleRunsAlready, called_at, invite_user, mail_link, mail_role
from accounts.models import FailureCounter, Role, RoleName, TokenPurpose, User, UserKind, UserStaff
from accounts.models.role import DELEGATES
from accounts.models.token import LIFETIMES
from accounts.permissions import RIGHTS, rights_at
from basispoort.audit import trail
from basispoort.lib.mail import queue_mail
from basispoort.lib.tenancy import school_transaction, unscoped

if TYPE_CHECKING:
    from datetime import date
    from uuid import UUID

    from schools.models import School, StaffMember

# What is given by name on the staff page; a substitute gets a pass, a board member comes by the board.
GIVABLE = (
    RoleName.TEACHER,
    RoleName.INTERNAL_SUPERVISOR,
    RoleName.SUPPORT_STAFF,
    RoleName.TRAINEE,
    RoleName.HEAD,
    RoleName.ICT_COORDINATOR,
)


SAID_ONCE_IN = timedelta(days=7)


class MayNotGive(Exception):
    """Nobody gives a role that holds more than the own ones do, and nobody changes the own roles (SR-B09)."""


class LastCoordinator(Exception):
    """The last ICT coordinator of a school cannot be taken away here; the board appoints another first (SR-B09)."""


class NotThisAddress(Exception):
    """The own address, or that of somebody who works for the portal itself, gets no role at a school (SR-B09)."""


class AnnouncedAlready(Exception):
    """The colleagues were told a short while ago that this coordinator wants to stop."""


class RoleOver(Exception):
    """The role has ended already."""


def givable_roles(user: User, school: School) -> list[RoleName]:
    """Give the roles that a user may give at a school: those that hold nothing the user does not hold."""
    held = rights_at(user, school)
    return [role for role in GIVABLE if RIGHTS[role] <= held]


def give_role(  # noqa: PLR0913 - a role is all of these
    *, school: School, user: User, role: str, starts_on: date, ends_on: date | None, acting_user: User
) -> Role:
    """Give somebody a role; raises MayNotGive, or RoleRunsAlready."""
    if user.pk == acting_user.pk or role not in givable_roles(acting_user, school):
        raise MayNotGive
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if Role.objects.for_school(school).in_days(starts_on, ends_on).filter(user=user, role=role).exists():
            raise RoleRunsAlready
        given = Role.objects.create(
            user=user,
            role=role,
            school=school,
            starts_on=starts_on,
            ends_on=ends_on,
            given_by=acting_user,
            called=called_at(school, user, ""),
        )
        trail.record(
            events.ROLE_GIVEN, school=school, acting_user=acting_user, target=given, details={"role": str(role)}
        )
        user.forget_roles()
        return given


def invite(  # noqa: PLR0913 - an invitation is all of these
    *,
    school: School,
    email: str,
    first_name: str,
    infix: str,
    last_name: str,
    role: str,
    starts_on: date,
    ends_on: date | None,
    staff_member: StaffMember | None,
    acting_user: User,
) -> User:
    """Invite somebody to the school with a role, and tie the account to a person of the roster where one is named.

    The one who invites learns nothing about an account that exists already. Raises MayNotGive, NotThisAddress, or
    RoleRunsAlready for days of a role that is over.
    """
    if role not in givable_roles(acting_user, school):
        raise MayNotGive
    with transaction.atomic():
        user = User.objects.with_email(email)
        if user is not None and (user.pk == acting_user.pk or user.kind != UserKind.STAFF):
            raise NotThisAddress
        user = invite_user(
            acting_user=acting_user,
            school=school,
            role=role,
            email=email,
            first_name=first_name,
            infix=infix,
            last_name=last_name,
            starts_on=starts_on,
            ends_on=ends_on,
        )
        if staff_member is not None:
            taken = UserStaff.objects.for_school(school)
            if not taken.filter(user=user).exists() and not taken.filter(staff_member=staff_member).exists():
                UserStaff.objects.create(school=school, user=user, staff_member=staff_member)
        return user


def end_role(*, school: School, role: Role, acting_user: User) -> None:
    """End a role at this very moment; the next request of its holder no longer has it (SR-A10).

    Raises MayNotGive for the own role or one the acting user may not give, LastCoordinator, RoleOver.
    """
    gives = role.role in givable_roles(acting_user, school) or role.role == RoleName.SUBSTITUTE
    if role.user_id == acting_user.pk or not gives:
        raise MayNotGive
    with transaction.atomic():
        _keep_a_coordinator(school, role, last_day=role.ends_on)
        if role.role == RoleName.ICT_COORDINATOR:
            end_grants_of(school=school, user=role.user, acting_user=acting_user)
        if not Role.objects.for_school(school).not_over().filter(pk=role.pk).update(until=Now()):
            raise RoleOver
        trail.record(
            events.ROLE_ENDED, school=school, acting_user=acting_user, target=role, details={"role": str(role.role)}
        )
        close_starts_of(school=school, user=role.user, acting_user=acting_user)


def _keep_a_coordinator(school: School, role: Role, *, last_day: date | None) -> None:
    """Raise LastCoordinator where nobody else is coordinator for as long as this role was to last.

    `last_day` is that of the role before it ends earlier: who stops tomorrow replaces nobody.
    """
    if role.role != RoleName.ICT_COORDINATOR:
        return
    # All of them are locked, in one order: two who end each other at the same moment do not both succeed.
    running = Role.objects.for_school(school).running_today().filter(role=RoleName.ICT_COORDINATOR)
    list(running.select_for_update().order_by("pk"))
    # Asked anew: who waited above still counts, by the clock of that statement, one who was ended meanwhile.
    coordinators, came = list(running.all()), set(running.of_who_came().values_list("pk", flat=True))
    others = [one for one in coordinators if one.user_id != role.user_id and one.pk in came]
    stay = [one for one in others if one.ends_on is None or (last_day is not None and one.ends_on >= last_day)]
    if role.pk in {one.pk for one in coordinators} and not stay:
        raise LastCoordinator


def change_role(*, school: School, role: Role, name: str, ends_on: date | None, acting_user: User) -> None:
    """Give a role another last day; or, under another name, end it now and give the other one from today.

    Raises MayNotGive for the own role or one the acting user may not give, LastCoordinator, RoleRunsAlready, RoleOver.
    """
    givable = givable_roles(acting_user, school)
    if role.user_id == acting_user.pk or role.role not in givable or name not in givable:
        raise MayNotGive
    with transaction.atomic():
        User.objects.select_for_update().get(pk=role.user_id)
        rows = Role.objects.for_school(school)
        if name != role.role:
            end_role(school=school, role=role, acting_user=acting_user)
            first_day = max(role.starts_on, timezone.localdate())
            give_role(
                school=school, user=role.user, role=name, starts_on=first_day, ends_on=ends_on, acting_user=acting_user
            )
            return
        if ends_on is not None and (role.ends_on is None or ends_on < role.ends_on):
            _keep_a_coordinator(school, role, last_day=role.ends_on)
        if rows.in_days(role.starts_on, ends_on).filter(user=role.user_id, role=name).exclude(pk=role.pk).exists():
            raise RoleRunsAlready
        if not rows.not_over().filter(pk=role.pk).update(ends_on=ends_on):
            raise RoleOver
        trail.record(
            events.ROLE_CHANGED, school=school, acting_user=acting_user, target=role, details={"role": str(role.role)}
        )


def resend_invitation(*, school: School, user: User, acting_user: User) -> bool:
    """Mail the invitation again; False beyond three an hour, or when its owner has been here already.

    Who has an account elsewhere gets no link, but the word of the role once more; the school sees no difference.
    """
    roles = list(Role.objects.for_school(school).not_over().filter(user=user).order_by("-starts_on"))
    if not user.has_usable_password():
        sent = mail_link(user=user, purpose=TokenPurpose.ACTIVATION)
    elif roles and all(role.called for role in roles):
        key = FailureCounter.key_of("invited again", str(school.pk), str(user.pk))
        # As for who chooses a password: three that count at once, the first of which went with the role.
        sent = FailureCounter.add(key, LIFETIMES[TokenPurpose.ACTIVATION]) <= LIVE_AT_MOST - 1
        if sent:
            mail_role(roles[0])
            Role.objects.for_school(school).filter(pk=roles[0].pk).update(told_at=Now())
    else:
        return False
    trail.record(
        events.LINK_SENT,
        school=school,
        acting_user=acting_user,
        target=user,
        outcome="done" if sent else "too_many",
    )
    return sent


def come_to(school: School, user: User) -> None:
    """Note that somebody who had an account already came to a school that gave a role; now it knows the own name."""
    if not any(role.called for role in user.running_roles() if role.school_id == school.pk):
        return
    with school_transaction(school):
        unknown = Role.objects.for_school(school).filter(user=user).exclude(called="")
        if unknown.update(called=""):
            trail.record(events.FIRST_HERE, school=school, acting_user=user)


def announce_leave(*, school: School, acting_user: User) -> bool:
    """Tell who must know that a coordinator wants to stop; the role stays until somebody else ends it (SR-B09).

    The other coordinators and the head hear it, and the board too where no other coordinator stays. Gives whether that
    is so. Raises AnnouncedAlready within a week.
    """
    own = Role.objects.for_school(school).running_today().filter(user=acting_user, role=RoleName.ICT_COORDINATOR)
    here = Role.objects.for_school(school).running_today().of_who_came().exclude(user=acting_user)
    others = here.filter(role=RoleName.ICT_COORDINATOR, leave_announced_at__isnull=True).exists()
    told = {role.user_id: role.user for role in here.filter(role__in=DELEGATES).select_related("user")}
    of_board: dict[UUID, User] = {}
    if not others:
        with unscoped("tell the board that the last coordinator stops"):
            members = Role.objects.get_queryset().running_today().filter(board=school.board_id).select_related("user")
            of_board = {one.user_id: one.user for one in members.filter(role=RoleName.BOARD_MEMBER)}
    with transaction.atomic():
        unsaid = Q(leave_announced_at__isnull=True) | Q(leave_announced_at__lt=Now() - SAID_ONCE_IN)
        if not own.filter(unsaid).update(leave_announced_at=Now()):
            raise AnnouncedAlready
        for user in (told | of_board).values():
            board = school.board if user.pk in of_board else None
            queue_mail(
                purpose="coordinator_leaves",
                recipient_id=user.pk,
                address=str(user.email),
                language=user.language,
                subject=_("An ICT coordinator stops"),
                template="accounts/mail/coordinator_leaves",
                facts={
                    "name": user.first_name,
                    "who": acting_user.full_name,
                    "school": school.name,
                    "code": school.code,
                    "last": not others,
                    "board": board,
                },
            )
        trail.record(
            events.LEAVE_ANNOUNCED,
            school=school,
            acting_user=acting_user,
            details={"told": len(told | of_board), "last": not others},
        )
    return not others
