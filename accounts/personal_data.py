"""What accounts keeps about persons (product R1; contract agreements-retention §5)."""

from django.contrib.admin.models import LogEntry
from django.utils.translation import gettext_lazy as _
from django_otp_webauthn.models import WebAuthnUserHandle

from accounts.models import (
    AllowedTenant,
    ClassStart,
    Export,
    FactorReset,
    KnownDevice,
    LetIn,
    LinkRequest,
    MailToken,
    NetworkRange,
    OfficeReset,
    Passkey,
    PasskeyAttestation,
    PupilBadge,
    PupilCode,
    RecoveryCode,
    RecoveryKit,
    Role,
    RoleGroup,
    SchoolAccount,
    SchoolDoor,
    Session,
    StaffCheck,
    SupportGrant,
    SupportRequest,
    TotpDevice,
    User,
    UserPupil,
    UserStaff,
)
from basispoort.lib.models import OutgoingMail
from basispoort.lib.personal_data import Retention, register_simple

WITH_THE_PERSON = Retention(30, "left the roster", "OV 12.1: an account goes with the person it stands for")

register_simple(
    User,
    _("account"),
    paths={"user": "pk"},
    retention=Retention(30, "last role or link ended", "OV 12.1: an account without a person serves nothing"),
    fields=("id", "kind", "first_name", "infix", "last_name", "email", "language", "created_at"),
)
register_simple(
    Export,
    _("list that somebody had made"),
    paths={"user": "asked_by"},
    retention=Retention(30, "asked", "SR-E06: the file a day at most; that it was made, as long as questions come"),
    fields=("kind", "reason", "state", "rows", "asked_at"),
)
register_simple(
    OfficeReset,
    _("renewal of a second step by the helpdesk"),
    paths={"user": "user"},
    retention=Retention(550, "asked", "SR-A11: who took whose second step away, as long as the trail speaks of it"),
    fields=("reason", "ticket", "checked", "asked_at", "confirmed_at", "withdrawn_at"),
)
register_simple(
    LogEntry,
    _("history of the back office"),
    paths={"user": "user"},
    retention=Retention(1, "made", "nothing is written here: the audit trail stands in its place (SR-J02)"),
    fields=("action_time",),
)
register_simple(
    Role,
    _("role"),
    paths={"user": "user"},
    retention=Retention(550, "role ended", "SR-J03: who could do what, as long as the trail speaks of it"),
    fields=("role", "school_id", "board_id", "starts_on", "ends_on", "since", "until", "called"),
)
register_simple(
    UserStaff,
    _("user of a staff member"),
    paths={"user": "user", "staff": "staff_member"},
    retention=WITH_THE_PERSON,
    fields=("school_id",),
)
register_simple(
    UserPupil,
    _("user of a pupil"),
    paths={"user": "user", "pupil": "pupil"},
    retention=WITH_THE_PERSON,
    fields=("school_id",),
)
register_simple(
    Session,
    _("session"),
    paths={"user": "user"},
    retention=Retention(1, "session ended", "SR-A07: a session lives twelve hours at most"),
    fields=("started_at", "expire_date"),
)
register_simple(
    PupilCode,
    _("pupil's code"),
    paths={"pupil": "pupil"},
    retention=WITH_THE_PERSON,
    fields=("kind", "given_at", "last_used_at"),
)
register_simple(
    SchoolDoor,
    _("school link"),
    paths={},  # nobody's own: it belongs to the school and opens its list of first names
    retention=Retention(30, "agreement ended", "OV 12.1: opens the school's groups to pupils"),
    fields=("renewed_at",),
)
register_simple(
    KnownDevice,
    _("known device"),
    paths={"user": "user"},
    retention=Retention(180, "last sign-in", "SR-K02: a device is known for 180 days"),
    fields=("since",),
)
register_simple(
    OutgoingMail,
    _("mail on its way"),
    paths={"user": "recipient_id"},
    retention=Retention(1, "sent or given up", "SR-O: content goes when the mail is handed over, within a day at most"),
    fields=("purpose", "state", "created_at", "finished_at"),
)
register_simple(
    MailToken,
    _("mailed link"),
    paths={"user": "user"},
    retention=Retention(30, "expired", "SR-C05: lives seven days at most; a month more it brings a new one"),
    fields=("purpose", "new_email", "created_at", "expires_at", "used_at"),
)
register_simple(
    LinkRequest,
    _("request for a link"),
    paths={},  # nobody knows yet whose address it is
    retention=Retention(1, "asked", "SR-C07: goes when a worker has answered it"),
    fields=("created_at",),
)

WITH_THE_ACCOUNT = Retention(1, "removed, or the account ended", "SR-A11: proves who signs in, and nothing else")
for _model, _label, _path, _fields in (
    (TotpDevice, _("authenticator app"), "user", ("created_at", "last_used_at")),
    (Passkey, _("passkey"), "user", ("name", "created_at", "last_used_at")),
    (PasskeyAttestation, _("passkey's attestation"), "credential__user", ("fmt",)),
    (WebAuthnUserHandle, _("number of the account on its passkeys"), "user", ("handle_hex",)),
    (RecoveryKit, _("set of recovery codes"), "user", ("created_at", "last_used_at")),
    (RecoveryCode, _("recovery code"), "kit__user", ("used_at",)),
    (SchoolAccount, _("school account"), "user", ("provider", "tenant", "linked_at", "last_used_at")),
):
    register_simple(_model, _label, paths={"user": _path}, retention=WITH_THE_ACCOUNT, fields=_fields)
register_simple(
    RoleGroup,
    _("group of a role"),
    paths={"user": "role__user"},
    retention=Retention(550, "role ended", "SR-J03: goes with the role it belongs to"),
    fields=("group_id",),
)
register_simple(
    FactorReset,
    _("renewal of a second step"),
    paths={"user": "user"},
    retention=Retention(550, "confirmed or withdrawn", "SR-A11: who took away whose second step, as long as the trail"),
    fields=("reason", "asked_at", "confirmed_at", "withdrawn_at"),
)

A_DAY = "SR-A17: a class start lasts ten minutes; who came in stands in the trail"
register_simple(
    ClassStart,
    _("class start"),
    paths={"user": "started_by"},
    retention=Retention(1, "ended", A_DAY),
    fields=("group_id", "started_at", "ends_at"),
)
register_simple(
    LetIn,
    _("pupil who asks to be let in"),
    paths={"pupil": "pupil"},
    retention=Retention(1, "asked", A_DAY),
    fields=("asked_at", "allowed_at", "used_at"),
)
register_simple(
    PupilBadge,
    _("badge"),
    paths={"pupil": "pupil"},
    retention=WITH_THE_PERSON,
    fields=("given_at", "last_used_at", "frozen_at"),
)
register_simple(
    NetworkRange,
    _("network of the school"),
    paths={},  # nobody's own: it belongs to the school, whoever typed it
    retention=Retention(30, "agreement ended", "OV 12.1: decides where the school's pupils sign in"),
    fields=("network", "name", "added_at"),
)
register_simple(
    AllowedTenant,
    _("allowed organisation"),
    paths={},  # the school's own, nobody's
    retention=Retention(30, "agreement ended", "OV 12.1: opens the school to its own staff"),
    fields=("provider", "label"),
)

AS_LONG_AS_THE_TRAIL = "SR-B07, SR-J03: who let the helpdesk look and when, as long as the trail speaks of it"
register_simple(
    SupportGrant,
    _("support grant"),
    paths={"user": "granted_by"},
    retention=Retention(550, "ended", AS_LONG_AS_THE_TRAIL),
    fields=("school_id", "reason", "starts_at", "until", "ended_at"),
)
register_simple(
    SupportRequest,
    _("request for support access"),
    paths={"user": "asked_by"},
    retention=Retention(550, "answered or left", AS_LONG_AS_THE_TRAIL),
    fields=("school_id", "reason", "ticket", "asked_at", "answered_at"),
)
register_simple(
    StaffCheck,
    _("check of the staff list"),
    paths={"user": "checked_by"},
    retention=Retention(550, "checked", "SR-J03: who checked for the board, as long as the trail speaks of it"),
    fields=("school_id", "day", "people"),
)
