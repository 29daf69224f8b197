"""The models of accounts, one file a concept."""

from accounts.models.attempt import FailureCounter, KnownDevice
from accounts.models.code import CodeKind, PupilCode
from accounts.models.door import DoorMiss, SchoolDoor
from accounts.models.role import Role, RoleName
from accounts.models.session import Session
from accounts.models.standing import UserPupil, UserStaff
from accounts.models.token import LinkRequest, MailToken, TokenPurpose
from accounts.models.user import User, UserKind
from accounts.models.verification import Passkey, PasskeyAttestation, RecoveryCode, RecoveryKit, TotpDevice

__all__ = [
    "CodeKind",
    "DoorMiss",
    "FailureCounter",
    "KnownDevice",
    "LinkRequest",
    "MailToken",
    "Passkey",
    "PasskeyAttestation",
    "PupilCode",
    "RecoveryCode",
    "RecoveryKit",
    "Role",
    "RoleName",
    "SchoolDoor",
    "Session",
    "TokenPurpose",
    "TotpDevice",
    "User",
    "UserKind",
    "UserPupil",
    "UserStaff",
]
