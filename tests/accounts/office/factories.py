"""The portal's own people, and a browser at the back office."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts.models import RoleName, UserKind
from tests import factories
from tests.conftest import PortalClient

if TYPE_CHECKING:
    from accounts.models import User

HOST = "kantoor.localhost:8000"


def make_own(role: str = RoleName.HELPDESK, *, with_app: bool = True, **values: object) -> User:
    """Somebody of the portal's own people, with an app for the second step."""
    user = factories.make_user(kind=UserKind.PORTAL, **values)
    factories.make_role(user, role)
    if with_app:
        factories.make_app(user)
    return user


def at_office(user: User | None = None) -> PortalClient:
    """A browser at the back office's host, signed in as one of the portal's own."""
    browser = PortalClient(headers={"Host": HOST})
    if user is not None:
        browser.force_login(user)
    return browser
