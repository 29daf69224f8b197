"""What accounts writes in the audit trail, each with its sentence."""

from django.utils.translation import gettext_lazy as _

from basispoort.audit.events import event

SIGNED_IN = event("accounts.signed_in", _("signed in"))
SIGN_IN_FAILED = event("accounts.sign_in_failed", _("tried to sign in without success"))
SIGNED_OUT = event("accounts.signed_out", _("signed out"))
PASSWORD_CHANGED = event("accounts.password_changed", _("changed the own password"))
ACTIVATED = event("accounts.activated", _("activated the account"))
LINK_SENT = event("accounts.link.sent", _("mailed a link to choose a password"))
OWNER_WARNED = event("accounts.owner_warned", _("mailed a warning about many failed tries to sign in"))
DENIED = event("accounts.denied", _("was refused a page"))
ROLE_GIVEN = event("accounts.role.given", _("gave a role"))
GROUP_VIEWED = event("accounts.group.viewed", _("looked at a group"))
CODES_PRINTED = event("accounts.codes.printed", _("showed or printed sign-in cards"))
CODES_RESET = event("accounts.codes.reset", _("gave new sign-in codes"))
DOOR_RENEWED = event("accounts.door.renewed", _("renewed the school's sign-in link"))
PUPIL_LET_IN = event("accounts.pupil.let_in", _("let a pupil in who had to wait"))
SECOND_STEP_TAKEN = event("accounts.second_step.taken", _("took the second step of signing in"))
SECOND_STEP_FAILED = event("accounts.second_step.failed", _("tried the second step without success"))
FACTOR_ADDED = event("accounts.factor.added", _("set up a second step"))
FACTOR_REMOVED = event("accounts.factor.removed", _("removed a second step"))
RECOVERY_CODES_MADE = event("accounts.recovery_codes.made", _("made new recovery codes"))
PROVED_AGAIN = event("accounts.proved_again", _("proved again who they are"))
