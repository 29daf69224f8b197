"""What dpa writes in the audit trail, each with its sentence."""

from django.utils.translation import gettext_lazy as _

from basispoort.audit.events import event

AGREEMENT_ACCEPTED = event("dpa.agreement.accepted", _("accepted the agreement for the school"))
