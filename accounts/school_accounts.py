"""Signing in at Microsoft or Google: django-allauth's client, with our own word on who gets in (SR-F09, SR-A13).

Nothing of the answer is kept but the organisation and a keyed hash of issuer and subject.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import jwt
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, get_adapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from requests import RequestException

if TYPE_CHECKING:
    from allauth.socialaccount.models import SocialLogin
    from django.http import HttpRequest, HttpResponse

NONCE = "school_account_nonce"
# Microsoft's own number for accounts that belong to nobody's organisation.
PERSONAL = "9188040d-6c67-4c5b-b112-36a304b66dad"
ALGORITHMS = ["RS256", "ES256"]
LEEWAY_SECONDS = 60
TENANT_CLAIM = {"microsoft": "tid", "google": "hd"}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who somebody is at Microsoft or Google, as the signed answer says."""

    provider: str
    issuer: str
    subject: str
    tenant: str
    email: str


def offered() -> list[str]:
    """Give the providers for which this portal has credentials."""
    return list(settings.SCHOOL_ACCOUNT_PROVIDERS)


class PortalProvider(OpenIDConnectProvider):
    """The provider as allauth knows it, with PKCE and our own client."""

    pkce_enabled_default = True

    def get_oauth2_adapter(self, request: HttpRequest) -> PortalClient:
        """Give our own client."""
        return PortalClient(request, self.app.provider_id)


class PortalClient(OpenIDConnectOAuth2Adapter):
    """The client's side of one sign-in at Microsoft or Google; the answer's signature is always checked."""

    def get_provider(self) -> PortalProvider:
        """Give the provider with the credentials of the settings."""
        facts = settings.SCHOOL_ACCOUNT_PROVIDERS[self.provider_id]
        app = SocialApp(
            provider="openid_connect",
            provider_id=self.provider_id,
            name=self.provider_id,
            client_id=facts["client_id"],
            secret=facts["secret"],
            settings={"server_url": facts["server_url"], "fetch_userinfo": False, "uid_field": "sub"},
        )
        return PortalProvider(self.request, app=app)

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:  # noqa: ARG002
        """Give the one registered address, under the host of the settings (SR-C06)."""
        return settings.BASE_URL + reverse("accounts:school-account-back", args=[self.provider_id])

    def ask(self, data: dict[str, str]) -> HttpResponse:
        """Send the visitor there, with what the visit is for kept in this browser's session.

        Asks for who it is and the address, never more; nothing of the question comes from the address bar. A nonce
        that only the session knows goes along.
        """
        self.request.session[NONCE] = nonce = secrets.token_urlsafe(24)
        try:
            response: HttpResponse = self.get_provider().redirect(
                self.request,
                process="login",
                data=data,
                scope=["openid", "email"],
                auth_params={"nonce": nonce, "prompt": "select_account"},
            )
        except RequestException:
            return not_now(self.request)
        return response

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """Give the signed answer; raises OAuth2Error when signature, audience, issuer or nonce are not right."""
        config = self.openid_config
        try:
            said = jwt.decode(id_token, options={"verify_signature": False})
            # Microsoft leaves a place for the organisation in the issuer; the answer's own `tid` must fill it.
            issuer = str(config["issuer"]).replace("{tenantid}", str(said.get("tid", "")))
            claims: dict[str, Any] = jwt.decode(
                id_token,
                self._key_of(id_token, config["jwks_uri"]),
                algorithms=ALGORITHMS,
                audience=app.client_id,
                issuer=issuer,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as error:
            message = "The answer is not signed by the provider for this portal."
            raise OAuth2Error(message) from error
        nonce = self.request.session.pop(NONCE, "")
        if not nonce or not secrets.compare_digest(str(claims.get("nonce", "")), nonce):
            message = "The answer was not asked for by this browser."
            raise OAuth2Error(message)
        return claims

    @staticmethod
    def _key_of(id_token: str, address: str) -> jwt.PyJWK:
        """Give the provider's key that signed this; one key without a name is meant where there is only one."""
        with get_adapter().get_requests_session() as session:  # type: ignore[no-untyped-call]  # allauth
            answer = session.get(address)
            answer.raise_for_status()
        keys = jwt.PyJWKSet.from_dict(answer.json()).keys
        name = jwt.get_unverified_header(id_token).get("kid")
        fitting = [key for key in keys if key.key_id == name] or (keys if name is None else [])
        if len(fitting) != 1:
            message = "The provider has no such key."
            raise OAuth2Error(message)
        return fitting[0]


def identity_of(sociallogin: SocialLogin) -> Identity:
    """Give who it is; raises OAuth2Error for an account that belongs to no organisation."""
    provider = sociallogin.account.get_provider()
    claims = sociallogin.account.extra_data["id_token"]
    name = provider.app.provider_id
    tenant = str(claims.get(TENANT_CLAIM[name], ""))
    if not tenant or tenant == PERSONAL:
        message = "This account belongs to no organisation."
        raise OAuth2Error(message)
    email = str(claims.get("email", ""))
    return Identity(name, str(claims["iss"]), str(claims["sub"]), tenant.lower(), email)


def not_now(request: HttpRequest) -> HttpResponse:
    """Lead back with one plain word."""
    messages.error(request, _("Signing in there did not succeed. Try again, or use your password."))
    return HttpResponseRedirect(reverse("accounts:profile" if request.user.is_authenticated else "accounts:sign-in"))


class SchoolAccountAdapter(DefaultSocialAccountAdapter):
    """Takes allauth's answer over before it signs anybody in or keeps anything."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Decide by our own rules; always raises ImmediateHttpResponse."""
        from accounts.views.school_accounts import came_back  # noqa: PLC0415 - the views use this client

        raise ImmediateHttpResponse(came_back(request, sociallogin))

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> PortalProvider:  # noqa: ARG002
        """Give a provider of the settings; tables of providers stay empty."""
        return PortalClient(request, provider).get_provider()

    def on_authentication_error(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> None:  # noqa: ANN401
        """Lead back with one plain word, whatever went wrong."""
        messages.error(request, _("Signing in there did not succeed. Try again, or use your password."))
        signed_in = request.user.is_authenticated
        raise ImmediateHttpResponse(
            HttpResponseRedirect(reverse("accounts:profile" if signed_in else "accounts:sign-in"))
        )

    def is_open_for_signup(self, *_args: Any, **_kwargs: Any) -> bool:  # noqa: ANN401
        """Let nobody make an account from outside."""
        return False
