"""The models of schools, one file a concept."""

from schools.models.board import Board
from schools.models.delivery import RosterDelivery
from schools.models.group import Group, GroupKind
from schools.models.pupil import Pupil, PupilSubgroup
from schools.models.register import RegisterChange
from schools.models.roster_state import RosterState
from schools.models.school import School, SchoolState
from schools.models.staff_member import StaffGroup, StaffMember

__all__ = [
    "Board",
    "Group",
    "GroupKind",
    "Pupil",
    "PupilSubgroup",
    "RegisterChange",
    "RosterDelivery",
    "RosterState",
    "School",
    "SchoolState",
    "StaffGroup",
    "StaffMember",
]
