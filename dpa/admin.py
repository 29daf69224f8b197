"""What the back office sees of a school's agreement: version and day, not who clicked (SR-B07)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from basispoort.web.back_office import Facts, register_panel
from dpa.actions.sharing import grounds

if TYPE_CHECKING:
    from schools.models import School


def _agreement(_request: Any, school: School) -> Facts:  # noqa: ANN401 - as every part
    accepted = grounds(school.pk, timezone.localdate()).select_related("version").first()
    if accepted is None:
        return [(_("Agreement"), _("not accepted; nothing leaves for any publisher"))]
    day = date_format(timezone.localtime(accepted.at), "DATE_FORMAT")
    return [(_("Version"), f"{accepted.version.title}, {accepted.version.version}"), (_("Accepted on"), day)]


register_panel(40, _("Agreement"), _agreement)
