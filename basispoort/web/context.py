"""What every page knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from basispoort.web.back_office import office_items
from basispoort.web.navigation import items_for
from basispoort.web.places import places_of

if TYPE_CHECKING:
    from basispoort.lib.http import PortalRequest
    from basispoort.web.navigation import Item
    from basispoort.web.places import Place

# The parts of the back office: Django's admin, and the helpdesk's pages about one school.
OFFICE = frozenset({"admin", "desk"})


def page(request: PortalRequest) -> dict[str, object]:
    """Give the visitor, whom the helpdesk looks along with, the school or board, the languages, and the way around."""
    user = getattr(request, "user", None)
    return {
        "user": user,
        "watched": getattr(request, "watched", None),
        "school": getattr(request, "school", None),
        "own_board": getattr(request, "board", None),
        "places": SimpleLazyObject(lambda: _places(user)),
        "languages": settings.LANGUAGES,
        "navigation": SimpleLazyObject(lambda: _menu(request)),
        "development_pages": settings.DEVELOPMENT_PAGES,
    }


def _menu(request: PortalRequest) -> list[Item]:
    match = request.resolver_match
    return office_items(request) if match and OFFICE & set(match.app_names) else items_for(request)


def _places(user: Any) -> list[Place]:  # noqa: ANN401 - a user, a stranger, or nobody at all on an error page
    return places_of(user) if hasattr(user, "running_roles") else []
