"""The one table of roles and rights, and the one place that answers (SR-B01).

Roles add up: who has two of them holds the rights of both. A right that stands here and that no app has named is an
error, shown by a test.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from accounts.models.role import RoleName
from basispoort.lib.access import known_right, right
from schools.models import Board

if TYPE_CHECKING:
    from django.db import models

    from accounts.models import User

GROUP_VIEW = right("accounts.group.view", _("See the overview of a group"))
PUPIL_CODES = right("accounts.pupil.codes", _("Show, print and reset pupils' sign-in codes"))
SCHOOL_DOOR = right("accounts.school.door", _("See and renew the school's own sign-in link, and its networks"))
CLASS_START = right("accounts.class.start", _("Open a class start and let pupils in"))

STAFF_VIEW = right("accounts.staff.view", _("See the staff of the school and their roles"))
EXPORTS = right("accounts.exports.view", _("Fetch the lists that one had made"))
STATISTICS_VIEW = right("accounts.statistics.view", _("See how the school signs in, in numbers"))
TRAIL_VIEW = right("accounts.trail.view", _("Read the trail of the school"))
STAFF_MANAGE = right("accounts.staff.manage", _("Invite staff, give and end roles"))
FACTOR_RESET = right("accounts.factor.reset", _("Renew somebody's second step, together with a colleague"))
SUPPORT_SEE = right("accounts.support.see", _("See what the helpdesk looked at, and end that it can look"))
SUPPORT_GRANT = right("accounts.support.grant", _("Let the helpdesk look at the school's persons for a while"))
SUPPORT_LOOK = right("accounts.support.look", _("Look at persons of a school while it lets the helpdesk"))
SUBSTITUTE_GIVE = right("accounts.substitute.give", _("Give a substitute a pass for one's own groups"))

BOARD_SCHOOLS = right("accounts.board.schools", _("See the schools of the board and how well their access is kept"))
BOARD_STAFF = right("accounts.board.staff", _("See, check and download who can sign in at the board's schools"))

OFFICE_MAIL = right("accounts.office.mail", _("See which mails wait or were refused, without their addresses"))
OFFICE_ALERTS = right("accounts.office.alerts", _("See what those on watch must look at, and mark it as solved"))
OFFICE_RESET = right("accounts.office.reset", _("Renew a second step that a school cannot renew, two by two"))

EVERYONE = frozenset({"schools.school.view", "licences.material.open"})
CLASSROOM = EVERYONE | {"schools.roster.view", GROUP_VIEW, PUPIL_CODES, CLASS_START}
OFFICE = frozenset(
    {"web.office.enter", "schools.office.schools", "schools.office.deliveries", OFFICE_MAIL, OFFICE_ALERTS}
)
RIGHTS: dict[str, frozenset[str]] = {
    RoleName.ICT_COORDINATOR: CLASSROOM
    | {
        "schools.roster.import",
        SCHOOL_DOOR,
        STAFF_VIEW,
        TRAIL_VIEW,
        STATISTICS_VIEW,
        EXPORTS,
        STAFF_MANAGE,
        FACTOR_RESET,
        SUBSTITUTE_GIVE,
        SUPPORT_SEE,
        SUPPORT_GRANT,
        "dpa.agreement.accept",
        "dpa.agreement.view",
        "licences.sharing.view",
        "licences.sharing.switch",
        "licences.assign",
        "licences.disclosures.view",
    },
    RoleName.HEAD: CLASSROOM
    | {
        STAFF_VIEW,
        TRAIL_VIEW,
        STATISTICS_VIEW,
        EXPORTS,
        FACTOR_RESET,
        SUBSTITUTE_GIVE,
        SUPPORT_SEE,
        "dpa.agreement.accept",
        "dpa.agreement.view",
        "licences.sharing.view",
        "licences.disclosures.view",
    },
    RoleName.TEACHER: CLASSROOM | {SUBSTITUTE_GIVE},
    RoleName.INTERNAL_SUPERVISOR: CLASSROOM | {SUBSTITUTE_GIVE},
    RoleName.TRAINEE: EVERYONE | {GROUP_VIEW},
    RoleName.SUBSTITUTE: EVERYONE | {GROUP_VIEW, CLASS_START},
    RoleName.SUPPORT_STAFF: EVERYONE,
    RoleName.BOARD_MEMBER: frozenset({BOARD_SCHOOLS, BOARD_STAFF}),
    RoleName.HELPDESK: OFFICE | {OFFICE_RESET, SUPPORT_LOOK},
    RoleName.SECURITY_OFFICER: OFFICE,
}
# Roles that see every group of the school; the others see the groups they teach.
SEES_ALL_GROUPS = frozenset({RoleName.ICT_COORDINATOR, RoleName.HEAD, RoleName.INTERNAL_SUPERVISOR})


def holds(user: User, name: str, place: models.Model | None) -> bool:
    """Tell whether a user holds a right at a school or board, by any running role; raises UnknownRight for a name."""
    known_right(name)
    # Without a place it is about the whole country: neither a school's role nor a board's.
    pk = getattr(place, "pk", None)
    at = (None, pk) if isinstance(place, Board) else (pk, None)
    return any(name in RIGHTS[role.role] for role in user.running_roles() if (role.school_id, role.board_id) == at)


def sees_all_groups(user: User, school: models.Model) -> bool:
    """Tell whether a user sees every group of a school, and not only the own ones."""
    return any(role.role in SEES_ALL_GROUPS for role in user.running_roles() if role.school_id == school.pk)


def rights_at(user: User, school: models.Model) -> frozenset[str]:
    """Give all rights a user holds at a school, by all running roles together."""
    held = [RIGHTS[role.role] for role in user.running_roles() if role.school_id == school.pk]
    return frozenset().union(*held)
