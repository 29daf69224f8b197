"""What licences adds to the main menu."""

from django.utils.translation import gettext_lazy as _

from accounts.permissions import GROUP_VIEW
from basispoort.web.navigation import register_section
from licences.permissions import ASSIGN, DISCLOSURES_VIEW, MATERIAL_OPEN, SHARING_VIEW

register_section(_("Learning material"), "licences:staff-tiles", right=MATERIAL_OPEN, order=10, icon="book-open")
register_section(_("Group overview"), "licences:groups", right=GROUP_VIEW, order=20, icon="table-2")
register_section(_("Publishers"), "licences:participants", right=SHARING_VIEW, order=50, icon="library")
register_section(_("Licences"), "licences:licences", right=ASSIGN, order=55, icon="ticket-check")
register_section(_("What left"), "licences:disclosures", right=DISCLOSURES_VIEW, order=60, icon="send")
