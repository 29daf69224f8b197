"""The server: oauthlib's authorisation code flow with PKCE S256, and no other (SR-F01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from allauth.idp.oidc import app_settings
from oauthlib.oauth2.rfc6749.endpoints import AuthorizationEndpoint, TokenEndpoint
from oauthlib.oauth2.rfc6749.grant_types import authorization_code as plain
from oauthlib.oauth2.rfc6749.tokens import BearerToken
from oauthlib.openid.connect.core.endpoints.userinfo import UserInfoEndpoint
from oauthlib.openid.connect.core.grant_types import AuthorizationCodeGrant

from licences.oidc.exchange import NothingAgreed, current
from licences.oidc.validator import PortalRequestValidator

if TYPE_CHECKING:
    from oauthlib.common import Request


class S256Only(plain.AuthorizationCodeGrant):  # type: ignore[misc]  # oauthlib ships no types
    """The code grant without the challenge method `plain`."""

    _code_challenge_methods: ClassVar = {"S256": plain.code_challenge_method_s256}


class CodeGrant(AuthorizationCodeGrant):  # type: ignore[misc]  # oauthlib ships no types
    """The OpenID Connect code grant on top of it, without refresh tokens (SR-F04)."""

    def __init__(self, validator: PortalRequestValidator) -> None:
        self.proxy_target = S256Only(request_validator=validator, refresh_token=False)
        self.custom_validators.post_auth.append(self.openid_authorization_validator)
        self.register_token_modifier(self.add_id_token)


def _token_of_the_claim(_request: Request) -> str:
    """Give the token whose hash was kept when the code was used up; raises NothingAgreed where none was."""
    now = current()
    if not now.token:
        raise NothingAgreed
    return now.token


class PortalServer(AuthorizationEndpoint, TokenEndpoint, UserInfoEndpoint):  # type: ignore[misc]  # oauthlib ships no types
    """The three endpoints. Anything but `response_type=code` and `grant_type=authorization_code` is refused."""

    def __init__(self) -> None:
        validator = PortalRequestValidator()
        grant = CodeGrant(validator)
        bearer = BearerToken(
            validator,
            token_generator=_token_of_the_claim,
            expires_in=app_settings.ACCESS_TOKEN_EXPIRES_IN,
        )
        AuthorizationEndpoint.__init__(
            self, default_response_type="code", response_types={"code": grant}, default_token_type=bearer
        )
        TokenEndpoint.__init__(
            self,
            default_grant_type="authorization_code",
            grant_types={"authorization_code": grant},
            default_token_type=bearer,
        )
        UserInfoEndpoint.__init__(self, validator)
