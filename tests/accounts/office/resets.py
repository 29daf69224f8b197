"""The helpdesk's pages of renewals, for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from accounts.models import OfficeReset

if TYPE_CHECKING:
    from tests.conftest import PortalClient

PAGE = "/kantoor/officereset/"
ADDRESS = "bestuurder@voorbeeldschool.example"
WORDS = {"ticket": "HD-12345", "reason": "lost", "checked": "called_back"}


def ask(browser: PortalClient, address: str = ADDRESS) -> Any:
    return browser.post(f"{PAGE}vragen/", {"address": address, **WORDS})


def confirm(browser: PortalClient, address: str = ADDRESS) -> Any:
    reset = OfficeReset.objects.get()
    return browser.post(f"{PAGE}{reset.pk}/bevestigen/", {"address": address})
