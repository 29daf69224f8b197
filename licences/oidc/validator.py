"""What oauthlib asks of the portal, answered from PostgreSQL and the one decision (SR-F01 to F06)."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from allauth.core import context
from allauth.core.internal import httpkit
from allauth.idp.oidc import app_settings
from allauth.idp.oidc.adapter import get_adapter
from allauth.idp.oidc.internal.oauthlib.request_validator import OAuthLibRequestValidator
from allauth.idp.oidc.internal.oauthlib.server import generate_opaque_token
from allauth.idp.oidc.models import Client, Token
from django.utils import timezone
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from accounts.models import FailureCounter
from basispoort.audit import trail
from basispoort.lib.address import client_address
from licences import events
from licences.actions.disclose import disclose
from licences.actions.launch import Refused, check
from licences.actions.logouts import note_sign_in
from licences.models import AuthorizationCode, Participant
from licences.models.launch import CODE_LIVES, CodeQuerySet, token_hash
from licences.oidc import exchange
from licences.oidc.keys import signed
from licences.people import visitor_of

if TYPE_CHECKING:
    from oauthlib.common import Request

NONCE_LIMIT = 500
# Wrong secrets that are answered and written down each.
TRIES, TRIES_WINDOW = 10, timedelta(minutes=1)
# What an unknown client's secret is compared with, so that it takes as long as a known one's.
NOBODY = Participant(name="nobody", secret_hashes=["0" * 64])


class TooManyTries(OAuth2Error):  # type: ignore[misc]  # oauthlib ships no types
    """A client sent a wrong secret too often within a minute."""

    error = "temporarily_unavailable"
    description = "Too many wrong secrets; wait a minute."
    status_code = HTTPStatus.TOO_MANY_REQUESTS

    @property
    def headers(self) -> dict[str, str]:
        """Say when to come back."""
        return {"Retry-After": str(int(TRIES_WINDOW.total_seconds()))}


class PortalRequestValidator(OAuthLibRequestValidator):
    """Takes allauth's answers where they are strict enough and gives its own where they are not."""

    # The client

    def _lookup_client(self, request: Request, client_id: str) -> Client | None:  # noqa: ARG002 - allauth's own form
        """Give a client with its participant, asked for once an exchange."""
        now = exchange.current()
        if now.client is None or now.client.id != client_id:
            now.client = Client.objects.select_related("participant").filter(pk=client_id).first()
        return now.client

    def validate_redirect_uri(
        self,
        client_id: str,  # noqa: ARG002 - oauthlib's own form
        redirect_uri: str,
        request: Request,
        *_args: Any,  # noqa: ANN401 - oauthlib's own form
        **_kwargs: Any,  # noqa: ANN401 - oauthlib's own form
    ) -> bool:
        """Accept a registered address character for character (SR-F02)."""
        return redirect_uri in request.client.get_redirect_uris()

    def validate_response_type(
        self,
        client_id: str,  # noqa: ARG002 - oauthlib's own form
        response_type: str,
        client: Any,  # noqa: ANN401, ARG002 - oauthlib's own form
        request: Request,  # noqa: ARG002 - oauthlib's own form
        *_args: Any,  # noqa: ANN401 - oauthlib's own form
        **_kwargs: Any,  # noqa: ANN401 - oauthlib's own form
    ) -> bool:
        """Accept the code flow alone (SR-F01)."""
        return response_type == "code"

    def validate_grant_type(
        self,
        client_id: str,  # noqa: ARG002 - oauthlib's own form
        grant_type: str,
        client: Any,  # noqa: ANN401, ARG002 - oauthlib's own form
        request: Request,  # noqa: ARG002 - oauthlib's own form
        *_args: Any,  # noqa: ANN401 - oauthlib's own form
        **_kwargs: Any,  # noqa: ANN401 - oauthlib's own form
    ) -> bool:
        """Accept the code grant alone (SR-F01)."""
        return grant_type == "authorization_code"

    def is_pkce_required(self, client_id: str, request: Request) -> bool:  # noqa: ARG002 - oauthlib's own form
        """Ask every client for PKCE, those with a secret too (SR-F01)."""
        return True

    def client_authentication_required(self, request: Request, *_args: Any, **_kwargs: Any) -> bool:  # noqa: ANN401, ARG002 - oauthlib's own form
        """Ask every client for its secret."""
        return True

    def authenticate_client_id(self, client_id: str, request: Request, *_args: Any, **_kwargs: Any) -> bool:  # noqa: ANN401, ARG002 - oauthlib's own form
        """Let no client in by its name alone."""
        return False

    def authenticate_client(self, request: Request, *_args: Any, **_kwargs: Any) -> bool:  # noqa: ANN401 - oauthlib's own form
        """Check the secret of a client, in the header or in the body, never in both (SR-F08)."""
        client_id, secret = httpkit.extract_basic_auth(request.headers)
        if client_id is None:
            client_id, secret = request.client_id, request.client_secret
        elif request.client_secret:
            return False
        found = Participant.objects.select_related("client").filter(client=str(client_id or "")).first()
        if not (found or NOBODY).knows(str(secret or "")) or found is None or found.client is None:
            _count_wrong_secret(found)
            return False
        exchange.current().participant = found
        self._use_client(request, found.client)
        request.client_id = found.client.id
        return True

    # The code

    def save_authorization_code(
        self,
        client_id: str,  # noqa: ARG002 - oauthlib's own form
        code: dict[str, str],
        request: Request,
        *_args: Any,  # noqa: ANN401 - oauthlib's own form
        **_kwargs: Any,  # noqa: ANN401 - oauthlib's own form
    ) -> None:
        """Keep the hash of a code with all that it is bound to, for 60 seconds (SR-F03)."""
        now = exchange.current()
        launch = now.launch
        assert launch is not None
        AuthorizationCode.objects.create(
            school_id=launch.school_id,
            launch=launch,
            participant_id=launch.material.participant_id,
            code_hash=token_hash(code["code"]),
            redirect_uri=request.redirect_uri,
            code_challenge=request.code_challenge,
            nonce=(request.nonce or "")[:NONCE_LIMIT],
            auth_time=request.auth_time,
            expires_at=timezone.now() + CODE_LIVES,
        )

    def validate_code(
        self,
        client_id: str,  # noqa: ARG002 - the participant that proved itself just now
        code: str,  # noqa: ARG002 - the view has found the row already
        client: Any,  # noqa: ANN401, ARG002 - oauthlib's own form
        request: Request,
        *_args: Any,  # noqa: ANN401 - oauthlib's own form
        **_kwargs: Any,  # noqa: ANN401 - oauthlib's own form
    ) -> bool:
        """Use a code up by one atomic statement, then ask the decision anew (SR-F03, F06).

        A code that was used before takes the token of its first use with it.
        """
        now = exchange.current()
        row = now.code
        if row is None or now.participant is None or not _is_for(row, now.participant):
            return False
        row.launch.material.participant = now.participant
        now.token = generate_opaque_token(request)
        if not _codes(row).claim(row.pk, token_hash=get_adapter().hash_token(now.token)):
            self._judge_unclaimed(row)
            return False
        now.launch = row.launch
        outcome = check(visitor_of(row.launch.user, row.school), row.launch.material, step="token")
        if isinstance(outcome, Refused):
            now.refused = outcome
            return False
        now.access = outcome
        request.user = row.launch.user
        request.scopes = ["openid"]
        return True

    @staticmethod
    def _judge_unclaimed(row: AuthorizationCode) -> None:
        row.refresh_from_db(fields=["used_at", "token_hash"], from_queryset=_codes(row))
        if row.used_at is None:
            return  # merely too late
        withdrawn = Token.objects.filter(hash=row.token_hash).delete()[0] if row.token_hash else 0
        trail.record(
            events.CODE_REPLAYED,
            school=row.school_id,
            acting_user=None,
            target=row.launch.material.participant,
            outcome="denied",
            details={"tokens": withdrawn, "trace": row.launch.trace},
        )

    def confirm_redirect_uri(
        self,
        client_id: str,  # noqa: ARG002 - oauthlib's own form
        code: str,  # noqa: ARG002 - oauthlib's own form
        redirect_uri: str,
        *_args: Any,  # noqa: ANN401 - oauthlib's own form
        **_kwargs: Any,  # noqa: ANN401 - oauthlib's own form
    ) -> bool:
        """Accept the very address that the code went to."""
        return self._code().redirect_uri == redirect_uri

    def get_code_challenge(self, code: str, request: Request) -> str:  # noqa: ARG002 - oauthlib's own form
        """Give the challenge that the code is bound to."""
        return self._code().code_challenge

    def get_code_challenge_method(self, code: str, request: Request) -> str:  # noqa: ARG002 - oauthlib's own form
        """Give the one method there is."""
        return "S256"

    def get_authorization_code_nonce(self, *_args: Any, **_kwargs: Any) -> str | None:  # noqa: ANN401 - oauthlib's own form
        """Give the nonce that the code is bound to."""
        return self._code().nonce or None

    def get_authorization_code_scopes(self, *_args: Any, **_kwargs: Any) -> list[str]:  # noqa: ANN401 - oauthlib's own form
        """Give the one scope there is."""
        return ["openid"]

    def invalidate_authorization_code(self, *_args: Any, **_kwargs: Any) -> None:  # noqa: ANN401 - oauthlib's own form
        """Do nothing: the code was used up before anything else happened."""

    @staticmethod
    def _code() -> AuthorizationCode:
        row = exchange.current().code
        assert row is not None
        return row

    # The token

    def save_bearer_token(self, token: dict[str, Any], request: Request, *_args: Any, **_kwargs: Any) -> None:  # noqa: ANN401 - oauthlib's own form
        """Keep the hash of the token, as it stands with the code already, and record what left with it."""
        now = exchange.current()
        super().save_bearer_token(token, request)
        assert now.launch is not None
        disclose(now.visitor, now.launch, fields=("pseudonym",), why="token")
        assert now.participant is not None
        note_sign_in(now.launch, now.participant, sub=now.sub)

    def validate_bearer_token(self, token: str, scopes: list[str], request: Request) -> bool:
        """Accept a token that lives, and only while the decision still says yes (SR-F06, A10)."""
        now = exchange.current()
        rows = Token.objects.select_related("client__participant")
        row = rows.lookup(Token.Type.ACCESS_TOKEN, token) if now.code and token else None
        if now.code is None or row is None or row.client is None or not set(scopes) <= set(row.get_scopes()):
            return False
        now.launch = now.code.launch
        participant = getattr(row.client, "participant", None)
        if participant is None or not _is_for(now.code, participant) or row.user_id != now.launch.user_id:
            return False
        now.launch.material.participant = participant
        outcome = check(visitor_of(now.launch.user, now.code.school), now.launch.material, step="userinfo")
        if isinstance(outcome, Refused):
            now.refused = outcome
            return False
        now.access = outcome
        request.user, request.scopes = now.launch.user, ["openid"]
        self._use_client(request, row.client)
        return True

    def get_userinfo_claims(self, request: Request) -> dict[str, Any]:
        """Give the agreed claims and record that they left."""
        now = exchange.current()
        claims: dict[str, Any] = get_adapter().get_claims("userinfo", request.user, request.client, request.scopes)
        assert now.launch is not None
        sent = tuple(key for key in now.fields if key == "pseudonym" or key in claims)
        disclose(now.visitor, now.launch, fields=sent, why="userinfo")
        return claims

    def finalize_id_token(
        self,
        id_token: dict[str, Any],
        token: dict[str, Any],  # noqa: ARG002 - oauthlib's own form
        token_handler: Any,  # noqa: ANN401, ARG002 - oauthlib's own form
        request: Request,
    ) -> str:
        """Sign the ID token as allauth does, but with a key that is read once (SR-F05)."""
        adapter = get_adapter()
        id_token["iss"] = adapter.get_issuer()
        id_token["exp"] = id_token["iat"] + app_settings.ID_TOKEN_EXPIRES_IN
        id_token["jti"] = uuid4().hex
        id_token |= adapter.get_claims("id_token", request.user, request.client, request.scopes)
        adapter.populate_id_token(id_token, request.client, request.scopes)
        return signed(id_token, adapter.get_signing_key().pem)

    # Without a page

    def validate_silent_login(self, request: Request) -> bool:  # noqa: ARG002 - oauthlib's own form
        """Accept `prompt=none` from somebody who is signed in (SR-F10)."""
        return exchange.current().user is not None

    def validate_silent_authorization(self, request: Request) -> bool:  # noqa: ARG002 - oauthlib's own form
        """Ask nobody for consent: the school gave it, and the decision asks for it."""
        return True


def _count_wrong_secret(found: Participant | None) -> None:
    """Count a wrong secret: of a known client by the client, of an unknown one by the address it came from.

    The right secret is never refused, so nobody can lock a client out by using its name, and 256 random bits are
    not guessed. The limit spares trail and database. Raises TooManyTries beyond it (SR-F08, K06).
    """
    what = ("oidc client", str(found.pk)) if found else ("oidc stranger", client_address(context.request))
    tries = FailureCounter.add(FailureCounter.key_of(*what), TRIES_WINDOW)
    if tries > TRIES:
        raise TooManyTries
    trail.record(events.CLIENT_FAILED, school=None, acting_user=None, target=found, outcome="failed")


def _is_for(row: AuthorizationCode, participant: Participant) -> bool:
    """Tell whether a code went to this participant, for material that is still its own."""
    return row.participant_id == participant.pk == row.launch.material.participant_id


def _codes(row: AuthorizationCode) -> CodeQuerySet:
    return AuthorizationCode.objects.for_school(row.school_id)
