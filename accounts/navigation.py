"""What accounts adds to the main menu."""

from django.utils.translation import gettext_lazy as _

from accounts.permissions import (
    BOARD_SCHOOLS,
    CLASS_START,
    SCHOOL_DOOR,
    STAFF_VIEW,
    STATISTICS_VIEW,
    SUBSTITUTE_GIVE,
    SUPPORT_SEE,
    TRAIL_VIEW,
)
from basispoort.web.navigation import register_board_section, register_section

register_section(_("Start"), "accounts:school", right="", order=0, icon="house")
register_section(_("School link"), "accounts:door", right=SCHOOL_DOOR, order=70, icon="qr-code")
register_section(_("Staff"), "accounts:staff", right=STAFF_VIEW, order=60, icon="user-round")
register_section(_("Substitutes"), "accounts:substitutes", right=SUBSTITUTE_GIVE, order=65, icon="user-plus")
register_section(_("Class start"), "accounts:class-starts", right=CLASS_START, order=15, icon="clock")
register_section(_("Network"), "accounts:networks", right=SCHOOL_DOOR, order=75, icon="network")
register_section(_("Numbers"), "accounts:statistics", right=STATISTICS_VIEW, order=80, icon="chart-column")
register_section(_("Trail"), "accounts:trail", right=TRAIL_VIEW, order=90, icon="eye")
register_section(_("Helpdesk"), "accounts:support", right=SUPPORT_SEE, order=85, icon="life-buoy")
register_board_section(_("Schools"), "accounts:board", right=BOARD_SCHOOLS, order=0, icon="school")
