"""One typed factory a model, for tests: plain, without surprises, with invented names only."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from accounts.models import Role, RoleName, TotpDevice, User, UserKind, UserPupil, UserStaff
from accounts.models.role import AT_A_SCHOOL
from basispoort.lib.tenancy import school_transaction, unscoped
from schools.models import Board, Group, GroupKind, Pupil, School, SchoolState, StaffGroup, StaffMember

if TYPE_CHECKING:
    from datetime import date

PASSWORD = "Kip7boot9tak"
SCHOOL_YEAR = "2026-2027"
SEED = bytes(range(20))
SCHOOL_ROLES = frozenset(AT_A_SCHOOL)
_numbers = itertools.count(1)


def make_board(**values: Any) -> Board:
    """A board with an invented number."""
    number = next(_numbers)
    return Board.objects.create(
        **{"number": f"{90000 + number}", "name": f"Stichting Voorbeeldscholen {number}"} | values
    )


def make_school(*, board: Board | None = None, since: date | None = None, **values: Any) -> School:
    """A school that the portal works for."""
    number = next(_numbers)
    brin = f"99{chr(65 + number // 26 % 26)}{chr(65 + number % 26)}"
    defaults: dict[str, Any] = {
        # Never one of the codes that tests write out, which all end in 00 or 01.
        "code": f"{brin}09",
        "brin": brin,
        "location": "09",
        "board": board or make_board(),
        "register_name": f"Basisschool De Proef {number}",
        "city": "VOORBEELDSTAD",
        "state": SchoolState.ACTIVE,
        "in_service_from": since or timezone.localdate(),
    }
    return School.objects.create(**defaults | values)


def make_group(school: School, **values: Any) -> Group:
    """A home group of this school year."""
    number = next(_numbers)
    defaults = {"name": f"5{chr(97 + number % 26)}", "year_group": "5", "kind": GroupKind.HOME, "las_key": f"g{number}"}
    with school_transaction(school):
        return Group.objects.create(school=school, **{"school_year": SCHOOL_YEAR} | defaults | values)


def make_pupil(school: School, group: Group | None = None, **values: Any) -> Pupil:
    """A pupil with an invented name, in a group."""
    number = next(_numbers)
    defaults = {"first_name": f"Proef{number}", "last_name": "Voorbeeld", "year_group": "5", "home_group": group}
    with school_transaction(school):
        pupil = Pupil(school=school, **defaults | values)
        pupil.las_key = values.get("las_key", f"L{number}")
        pupil.las_key_index = Pupil._meta.get_field("las_key_index").hash(pupil.las_key)
        pupil.save(force_insert=True)
        return pupil


def make_staff_member(school: School, *, groups: tuple[Group, ...] = (), **values: Any) -> StaffMember:
    """A staff member with an invented name, who teaches the groups."""
    number = next(_numbers)
    defaults = {"first_name": f"Juf{number}", "last_name": "Voorbeeld", "roster_roles": ["LRK"]}
    with school_transaction(school):
        staff = StaffMember(school=school, **defaults | values)
        staff.save(force_insert=True)
        for group in groups:
            StaffGroup.objects.create(school=school, staff_member=staff, group=group)
        return staff


def make_user(**values: Any) -> User:
    """A staff member's account that can sign in with PASSWORD."""
    number = next(_numbers)
    email = values.pop("email", f"persoon{number}@voorbeeldschool.example")
    password = values.pop("password", PASSWORD)
    defaults = {"first_name": f"Demo{number}", "last_name": "Voorbeeld"}
    return User.objects.create_staff(email=email, password=password, **defaults | values)


def make_role(user: User, role: str, school: School | None = None, **values: Any) -> Role:
    """A role that runs from today."""
    defaults = {"starts_on": timezone.localdate(), "school": school}
    with unscoped("a test gives a role"):
        row = Role.objects.create(user=user, role=role, **defaults | values)
    user.forget_roles()
    return row


def make_app(user: User) -> TotpDevice:
    """An authenticator app in use; its owner's sessions in tests have taken the second step with it."""
    device = TotpDevice(user=user, name="app", seed=SEED)
    device.save(force_insert=True)
    return device


def make_coordinator(school: School, **values: Any) -> User:
    """An ICT coordinator's account, with an app for the second step."""
    user = make_user(**values)
    make_role(user, RoleName.ICT_COORDINATOR, school)
    make_app(user)
    return user


def make_board_member(board: Board, **values: Any) -> User:
    """The account of somebody of a board, with an app for the second step."""
    user = make_user(**values)
    make_role(user, RoleName.BOARD_MEMBER, board=board)
    make_app(user)
    return user


def make_teacher(school: School, *, groups: tuple[Group, ...] = (), **values: Any) -> User:
    """A teacher's account, standing for a staff member who teaches the groups."""
    user = make_user(**values)
    make_role(user, RoleName.TEACHER, school)
    staff = make_staff_member(school, groups=groups)
    with school_transaction(school):
        UserStaff.objects.create(user=user, staff_member=staff, school=school)
    return user


def make_pupil_user(pupil: Pupil) -> User:
    """The account through which a pupil signs in."""
    user = User.objects.create(kind=UserKind.PUPIL, first_name=pupil.first_name)
    with school_transaction(pupil.school_id):
        UserPupil.objects.create(user=user, pupil=pupil, school_id=pupil.school_id)
    return user


def end_roles(user: User) -> None:
    """End every role of a user yesterday."""
    yesterday = timezone.localdate() - timedelta(days=1)
    with unscoped("a test ends roles"):
        Role.objects.get_queryset().filter(user=user).update(starts_on=yesterday, ends_on=yesterday)
    user.forget_roles()
