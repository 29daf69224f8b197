"""What every page knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from basispoort.web.back_office import office_items
from basispoort.web.navigation import items_for

if TYPE_CHECKING:
    from django.db import models

    from basispoort.lib.http import PortalRequest
    from basispoort.web.navigation import Item

# The parts of the back office: Django's admin, and the helpdesk's pages about one school.
OFFICE = frozenset({"admin", "desk"})


def page(request: PortalRequest) -> dict[str, object]:
    """Give the visitor, whom the helpdesk looks along with, the school, the languages, and the way around."""
    user = getattr(request, "user", None)
    return {
        "user": user,
        "watched": getattr(request, "watched", None),
        "school": getattr(request, "school", None),
        "schools": SimpleLazyObject(lambda: _schools_of(user)),
        "languages": settings.LANGUAGES,
        "navigation": SimpleLazyObject(lambda: _menu(request)),
        "development_pages": settings.DEVELOPMENT_PAGES,
    }


def _menu(request: PortalRequest) -> list[Item]:
    match = request.resolver_match
    return office_items(request) if match and OFFICE & set(match.app_names) else items_for(request)


def _schools_of(user: object) -> list[models.Model]:
    roles = user.running_roles() if hasattr(user, "running_roles") else []
    schools = {role.school.pk: role.school for role in roles if role.school is not None}
    return list(schools.values())
