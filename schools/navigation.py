"""What schools adds to the main menu."""

from django.utils.translation import gettext_lazy as _

from basispoort.web.navigation import register_section
from schools.permissions import ROSTER_IMPORT

register_section(_("Pupils and groups"), "schools:roster", right=ROSTER_IMPORT, order=20, icon="users")
