"""What the back office sees of a school's material: how much is licensed and switched on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from basispoort.web.back_office import Facts, register_panel
from licences.models import DataSharing, Licence

if TYPE_CHECKING:
    from schools.models import School


def _material(_request: Any, school: School) -> Facts:  # noqa: ANN401 - as every part
    today = timezone.localdate()
    return [
        (_("Licences that run"), Licence.objects.for_school(school).valid_on(today).count()),
        (_("Publishers switched on"), DataSharing.objects.for_school(school).running().count()),
    ]


register_panel(50, _("Material"), _material)
