"""What the identity provider says about persons: pseudonyms, and the agreed fields (SR-B08, F05)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

# allauth reaches for this module by its full name without importing it.
import cryptography.hazmat.primitives.serialization  # noqa: F401 - see above
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from django.conf import settings

from accounts.models import UserPupil
from basispoort.lib.tenancy import unscoped
from licences.actions.pseudonyms import pseudonym_for
from licences.claims import claims_of
from licences.models import Pseudonym, Subject
from licences.oidc import exchange
from licences.oidc.keys import sid_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from allauth.idp.oidc.models import Client
    from django.contrib.auth.base_user import AbstractBaseUser

    from accounts.models import User

ACR = {Subject.PUPIL: "urn:basispoort:acr:pupil-code", Subject.STAFF: "urn:basispoort:acr:password"}


class PortalOIDCAdapter(DefaultOIDCAdapter):
    """Says nothing but what the exchange of this request was found to allow."""

    def get_issuer(self) -> str:
        """Give the one address of the portal, whatever the request's host says (SR-C06)."""
        return settings.BASE_URL

    def get_user_sub(self, client: Client, user: AbstractBaseUser) -> str:  # noqa: ARG002 - allauth's own form
        """Give what this participant calls the person; raises NothingAgreed outside a checked exchange."""
        now = exchange.current()
        assert now.launch is not None
        now.sub = now.sub or pseudonym_for(now.visitor, now.launch.material.participant)
        return now.sub

    def get_user_by_sub(self, client: Client, sub: str) -> User | None:
        """Give the person whom this participant calls so, when the account may still be used."""
        with unscoped("whom does a participant's pseudonym stand for"):
            row = Pseudonym.objects.get_queryset().filter(participant__client=client, sub=sub).first()
            if row is None:
                return None
            link = UserPupil.objects.get_queryset().select_related("user").filter(pupil=row.pupil_id).first()
            user = link.user if link is not None else row.user
        return user if user is not None and user.is_active else None

    def get_claims(
        self,
        purpose: Literal["id_token", "userinfo"],
        user: AbstractBaseUser,
        client: Client,
        scopes: Iterable[str],  # noqa: ARG002 - the agreement decides, not what is asked for
        email: str | None = None,  # noqa: ARG002 - addresses never leave
        **_kwargs: Any,  # noqa: ANN401 - allauth's own form
    ) -> dict[str, Any]:
        """Give the pseudonym, and at userinfo the agreed fields; the ID token names nobody."""
        now = exchange.current()
        claims: dict[str, Any] = {"sub": self.get_user_sub(client, user)}
        if purpose == "userinfo":
            claims |= claims_of(now.visitor, now.fields)
        return claims

    def populate_id_token(
        self,
        id_token: dict[str, Any],
        client: Client,  # noqa: ARG002 - allauth's own form
        scopes: Iterable[str],  # noqa: ARG002 - allauth's own form
        **_kwargs: Any,  # noqa: ANN401 - allauth's own form
    ) -> None:
        """Add when and how the person signed in to the portal, and the number by which a sign-out names the session."""
        now = exchange.current()
        assert now.launch is not None
        id_token["sid"] = sid_of(now.launch)
        id_token["acr"] = ACR[now.visitor.subject]
        if now.code is not None and now.code.auth_time is not None:
            id_token["auth_time"] = int(now.code.auth_time.timestamp())
