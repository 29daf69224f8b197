"""What accounts adds to the main menu."""

from django.utils.translation import gettext_lazy as _

from accounts.permissions import SCHOOL_DOOR
from basispoort.web.navigation import register_section

register_section(_("School link"), "accounts:door", right=SCHOOL_DOOR, order=70)
