"""What licences writes in the audit trail, each with its sentence."""

from django.utils.translation import gettext_lazy as _

from basispoort.audit.events import event

SHARING_ON = event("licences.sharing.on", _("switched a publisher on"))
SHARING_OFF = event("licences.sharing.off", _("switched a publisher off"))
SHARING_VIEWED = event("licences.sharing.viewed", _("looked at the records that would leave for a publisher"))
LICENCE_ADDED = event("licences.licence.added", _("added a licence"))
LICENCE_CHANGED = event("licences.licence.changed", _("changed the end or the seats of a licence"))
ASSIGNED = event("licences.assigned", _("changed who may use a licence"))
DISCLOSURES_VIEWED = event("licences.disclosures.viewed", _("looked at what left for publishers"))
LAUNCHED = event("licences.launched", _("opened learning material"))
REFUSED = event("licences.refused", _("could not open learning material"))
CODE_REPLAYED = event("licences.code.replayed", _("sent a used sign-in code again; its token was withdrawn"))
CLIENT_FAILED = event("licences.client.failed", _("could not prove to be a registered publisher"))
LOGOUT_GIVEN_UP = event("licences.logout.given_up", _("could not tell a publisher for a day that somebody signed out"))
CONNECTED = event("licences.participant.connected", _("registered a publisher's sign-in interface"))
