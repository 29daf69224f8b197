"""What every page knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

if TYPE_CHECKING:
    from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, object]:
    """Give the visitor, the school the page is about, the languages, and the way around."""
    user = getattr(request, "user", None)
    return {
        "user": user,
        "school": getattr(request, "school", None),
        "languages": settings.LANGUAGES,
        "development_pages": settings.DEVELOPMENT_PAGES,
    }
