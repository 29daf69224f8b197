"""The models of accounts, one file a concept."""

from accounts.models.attempt import FailureCounter, KnownDevice
from accounts.models.badge import PupilBadge
from accounts.models.challenge import ChallengeKind, SolvedChallenge
from accounts.models.class_start import ClassStart, LetIn
from accounts.models.code import CodeKind, PupilCode
from accounts.models.door import DoorMiss, SchoolDoor
from accounts.models.export import Export, ExportReason, ExportState
from accounts.models.factor_reset import FactorReset, IdentityCheck, OfficeReset, ResetReason
from accounts.models.network import NetworkRange
from accounts.models.role import Role, RoleGroup, RoleName
from accounts.models.school_account import AllowedTenant, SchoolAccount
from accounts.models.session import Session
from accounts.models.staff_check import StaffCheck
from accounts.models.standing import UserPupil, UserStaff
from accounts.models.support import SupportGrant, SupportReason, SupportRequest
from accounts.models.token import LinkRequest, MailReason, MailToken, TokenPurpose
from accounts.models.user import User, UserKind
from accounts.models.verification import Passkey, PasskeyAttestation, RecoveryCode, RecoveryKit, TotpDevice

__all__ = [
    "AllowedTenant",
    "ChallengeKind",
    "ClassStart",
    "CodeKind",
    "DoorMiss",
    "Export",
    "ExportReason",
    "ExportState",
    "FactorReset",
    "FailureCounter",
    "IdentityCheck",
    "KnownDevice",
    "LetIn",
    "LinkRequest",
    "MailReason",
    "MailToken",
    "NetworkRange",
    "OfficeReset",
    "Passkey",
    "PasskeyAttestation",
    "PupilBadge",
    "PupilCode",
    "RecoveryCode",
    "RecoveryKit",
    "ResetReason",
    "Role",
    "RoleGroup",
    "RoleName",
    "SchoolAccount",
    "SchoolDoor",
    "Session",
    "SolvedChallenge",
    "StaffCheck",
    "SupportGrant",
    "SupportReason",
    "SupportRequest",
    "TokenPurpose",
    "TotpDevice",
    "User",
    "UserKind",
    "UserPupil",
    "UserStaff",
]
