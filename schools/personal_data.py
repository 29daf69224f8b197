"""What schools keeps about persons (product R1; contract agreements-retention §5)."""

from django.utils.translation import gettext_lazy as _

from basispoort.lib.personal_data import Retention, register_simple
from schools.models import Pupil, PupilSubgroup, RosterDelivery, StaffGroup, StaffMember

AFTER_LEAVING = Retention(30, "left the roster", "OV 12.1; access ends at once, thirty days to mend a faulty delivery")

register_simple(
    Pupil,
    _("pupil"),
    paths={"pupil": "pk"},
    retention=AFTER_LEAVING,
    fields=("id", "first_name", "infix", "last_name", "birth_date", "gender", "year_group", "las_key", "eck_id"),
)
register_simple(
    PupilSubgroup, _("place in a subgroup"), paths={"pupil": "pupil"}, retention=AFTER_LEAVING, fields=("group_id",)
)
register_simple(
    StaffMember,
    _("staff member"),
    paths={"staff": "pk"},
    retention=AFTER_LEAVING,
    fields=("id", "first_name", "infix", "last_name", "email", "roster_roles", "las_key", "eck_id"),
)
register_simple(
    StaffGroup, _("work for a group"), paths={"staff": "staff_member"}, retention=AFTER_LEAVING, fields=("group_id",)
)
register_simple(
    RosterDelivery,
    _("roster delivery"),
    paths={"user": "uploaded_by"},
    retention=Retention(7, "received", "SR-D12: file and reading go when the delivery ends, seven days at most"),
    fields=("id", "channel", "received_at", "state", "counts"),
)
