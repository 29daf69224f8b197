"""The rights that dpa names; who holds them stands in `accounts.permissions`."""

from django.utils.translation import gettext_lazy as _

from basispoort.lib.access import right

AGREEMENT_VIEW = right("dpa.agreement.view", _("See the agreement and who accepted it"))
AGREEMENT_ACCEPT = right("dpa.agreement.accept", _("Accept the agreement for the school"))
