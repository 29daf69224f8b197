"""The list of staff as the school sees it: who, which roles, last sign-in, second step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import MailToken, Passkey, Role, TotpDevice, User, UserStaff
from accounts.models.token import LIFETIMES, TokenPurpose
from schools.models import StaffMember

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from schools.models import School


@dataclass(frozen=True, slots=True)
class StaffRow:
    """One person at the school; the address is nobody's business but the owner's (product A9)."""

    id: UUID
    name: str
    roles: tuple[Role, ...]
    last_sign_in: datetime | None
    has_second_step: bool
    is_invited: bool
    link_works: bool


def staff_of(school: School, *, user: UUID | None = None) -> list[StaffRow]:
    """Give everyone with a role that runs or is to come, by name; or the one person named. Two queries."""
    roles = Role.objects.for_school(school).not_over()
    if user is not None:
        roles = roles.filter(user=user)
    by_user: dict[UUID, list[Role]] = {}
    for role in roles.order_by("starts_on", "role"):
        by_user.setdefault(role.user_id, []).append(role)
    people = User.objects.filter(pk__in=by_user).annotate(
        has_app=Exists(TotpDevice.objects.filter(user=OuterRef("pk"), confirmed=True)),
        has_passkey=Exists(Passkey.objects.filter(user=OuterRef("pk"), confirmed=True)),
        has_link=Exists(MailToken.objects.live().filter(user=OuterRef("pk"))),
    )
    ordered = sorted(people, key=lambda one: _place(one, _called(by_user[one.pk])))
    return [
        StaffRow(
            id=one.pk,
            name=one.full_name,
            roles=tuple(by_user[one.pk]),
            last_sign_in=one.last_login,
            has_second_step=one.has_app or one.has_passkey,
            is_invited=not one.has_usable_password(),
            link_works=one.has_link,
        )
        if not (called := _called(by_user[one.pk]))
        else _not_here_yet(one.pk, called, by_user[one.pk])
        for one in ordered
    ]


def _place(user: User, called: str) -> tuple[str, str, str]:
    """Order by last name; of who never came by the last word of the name that was typed, with an account or without."""
    if called or not user.has_usable_password():
        first, _blank, last = (called or user.full_name).rpartition(" ")
        return last.casefold(), first.casefold(), str(user.pk)
    return user.last_name.casefold(), user.first_name.casefold(), str(user.pk)


def _called(roles: list[Role]) -> str:
    """Give the words of the inviter while the owner of the account has not been here; empty afterwards.

    All roles of one person here say the same.
    """
    return roles[0].called


def _not_here_yet(user: UUID, called: str, roles: list[Role]) -> StaffRow:
    """Give somebody who has an account elsewhere as anybody who was invited: nothing of that account is told."""
    waits = max(role.told_at for role in roles) + LIFETIMES[TokenPurpose.ACTIVATION] > timezone.now()
    return StaffRow(
        user, called, tuple(roles), last_sign_in=None, has_second_step=False, is_invited=True, link_works=waits
    )


def without_account(school: School) -> list[StaffMember]:
    """Give the staff of the roster for whom nobody has been invited yet, by name."""
    known = UserStaff.objects.for_school(school).values("staff_member")
    return list(StaffMember.objects.for_school(school).present().exclude(pk__in=known).by_name())


def table_of(rows: list[StaffRow]) -> list[list[str]]:
    """Give a list of staff as a table with its head, a row a role; it holds no addresses (product A9)."""
    head = [_("Name"), _("Role"), _("First day"), _("Last day"), _("Last sign-in"), _("Second step")]
    return [head] + [
        [
            row.name,
            str(role.get_role_display()),
            role.starts_on.isoformat(),
            role.ends_on.isoformat() if role.ends_on else "",
            timezone.localtime(row.last_sign_in).date().isoformat() if row.last_sign_in else "",
            _("yes") if row.has_second_step else _("no"),
        ]
        for row in rows
        for role in row.roles
    ]
