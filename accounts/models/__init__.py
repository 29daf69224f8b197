"""The models of accounts, one file a concept."""

from accounts.models.role import Role, RoleName
from accounts.models.session import Session
from accounts.models.standing import UserPupil, UserStaff
from accounts.models.user import User, UserKind

__all__ = ["Role", "RoleName", "Session", "User", "UserKind", "UserPupil", "UserStaff"]
