"""The rights that licences names; who holds them stands in `accounts.permissions`."""

from django.utils.translation import gettext_lazy as _

from basispoort.lib.access import right

MATERIAL_OPEN = right("licences.material.open", _("Open learning material"))
SHARING_VIEW = right("licences.sharing.view", _("See which publishers receive what"))
SHARING_SWITCH = right("licences.sharing.switch", _("Switch a publisher on or off"))
ASSIGN = right("licences.assign", _("Add licences and assign them"))
DISCLOSURES_VIEW = right("licences.disclosures.view", _("See what left for publishers"))
