"""What schools writes in the audit trail, each with its sentence."""

from django.utils.translation import gettext_lazy as _

from basispoort.audit.events import event

REGISTER_IMPORTED = event("schools.register.imported", _("loaded the register of school locations"))
DELIVERY_RECEIVED = event("schools.delivery.received", _("delivered a roster"))
DELIVERY_REFUSED = event("schools.delivery.refused", _("saw a roster delivery refused"))
DELIVERY_VIEWED = event("schools.delivery.viewed", _("looked at the difference that a delivery makes"))
DELIVERY_APPLIED = event("schools.delivery.applied", _("applied a roster delivery"))
DELIVERY_WITHDRAWN = event("schools.delivery.withdrawn", _("withdrew a roster delivery"))
PERSONS_VIEWED = event("schools.persons.viewed", _("looked at the persons of the school"))
