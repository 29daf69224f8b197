"""The rights that schools names; who holds them stands in `accounts.permissions`."""

from django.utils.translation import gettext_lazy as _

from basispoort.lib.access import right

ROSTER_VIEW = right("schools.roster.view", _("See pupils, staff and groups of the school"))
ROSTER_IMPORT = right("schools.roster.import", _("Deliver and apply rosters"))
OFFICE_SCHOOLS = right("schools.office.schools", _("Find a school in the back office, without its persons"))
OFFICE_DELIVERIES = right("schools.office.deliveries", _("See which deliveries wait or failed, in the back office"))
SCHOOL_VIEW = right("schools.school.view", _("See the school's own page"))
