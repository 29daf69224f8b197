"""What the portal tells a browser when a passkey is made or used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django_otp_webauthn.helpers import WebAuthnHelper

from accounts.models import User

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

    from accounts.models import Passkey


class PortalWebAuthnHelper(WebAuthnHelper):
    """Names a user by the own name and address, which only the own device sees."""

    def get_relying_party_domain(self) -> str:
        """Give the host that a passkey is for: the one that is spoken to, of the two there are."""
        hosts = {urlsplit(origin).hostname for origin in self.get_allowed_origins()}
        host = urlsplit(f"//{self.request.get_host()}").hostname
        return host if host in hosts and host else str(super().get_relying_party_domain())

    def get_credential_display_name(self, user: AbstractBaseUser) -> str:
        """Give the name that the device shows."""
        assert isinstance(user, User)
        return user.full_name or str(user.email)

    def get_credential_name(self, user: AbstractBaseUser) -> str:
        """Give the address that the device shows."""
        assert isinstance(user, User)
        return str(user.email)

    def create_credential(self, *args: Any, **kwargs: Any) -> Passkey:  # noqa: ANN401 - the library's own form
        """Give the new passkey a name of its own kind, which its owner may read back."""
        device: Passkey = super().create_credential(*args, **kwargs)
        device.name = str(_("Passkey of this account, stored in the cloud") if device.backup_eligible else _("Passkey"))
        return device
