"""What dpa keeps about persons (product R1; contract agreements-retention §5)."""

from django.utils.translation import gettext_lazy as _

from basispoort.lib.personal_data import Retention, register_simple
from dpa.models import Acceptance

register_simple(
    Acceptance,
    _("acceptance of the agreement"),
    paths={},  # an account's id alone: evidence stays when the person goes
    retention=Retention(5 * 365, "agreement ended", "OV 2, 9: evidence of who agreed, as long as claims can be made"),
    fields=("accepted_by", "role", "at", "documents"),
)
