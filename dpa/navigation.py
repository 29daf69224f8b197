"""What dpa adds to the main menu."""

from django.utils.translation import gettext_lazy as _

from basispoort.web.navigation import register_section
from dpa.permissions import AGREEMENT_VIEW

register_section(_("Agreement"), "dpa:agreement", right=AGREEMENT_VIEW, order=80, icon="file-check-2")
