"""The publisher's pages: what it is, a sign-in started by the portal, and exactly what it received."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from flask import Flask, Response, redirect, render_template, request, session, url_for
from requests.exceptions import RequestException

from basispoort.demo.publisher.logout import Ended, NotOurs, logout_claims

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

MATERIALS = {"rekenen": "Rekenrups", "lezen": "Leesplankjes"}
TIMEOUT_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Registration:
    """What the portal and the publisher agreed on."""

    issuer: str
    client_id: str
    client_secret: str
    own_url: str


class NotAsked(Exception):
    """A sign-in came back that this publisher's browser session did not start, or for another party."""


def create_app(registration: Registration) -> Flask:
    """Give the publisher as a WSGI application; sessions end with the process."""
    app = Flask(__name__)
    app.secret_key = secrets.token_bytes(32)
    app.config.update(SESSION_COOKIE_NAME="leesplank", SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_HTTPONLY=True)
    app.config["REGISTRATION"] = registration
    oauth: Any = OAuth(app)  # type: ignore[no-untyped-call]  # Authlib ships no types
    oauth.register(
        "portal",
        client_id=registration.client_id,
        client_secret=registration.client_secret,
        server_metadata_url=f"{registration.issuer}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid",
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_basic",
            "timeout": TIMEOUT_SECONDS,
        },
    )
    app.extensions["portal"] = oauth.portal
    app.add_url_rule("/", "start", start)
    app.add_url_rule("/materiaal/<name>/", "material", material)
    app.add_url_rule("/login", "login", login)
    app.add_url_rule("/callback", "callback", callback)
    app.add_url_rule("/backchannel-logout", "backchannel_logout", backchannel_logout, methods=["POST"])
    app.extensions["ended"] = Ended()
    app.add_url_rule("/klaar", "done", done, methods=["POST"])
    app.after_request(_headers)
    return app


def _registration() -> Registration:
    from flask import current_app  # noqa: PLC0415 - only within a request

    found = current_app.config["REGISTRATION"]
    assert isinstance(found, Registration)
    return found


def _portal() -> Any:  # noqa: ANN401 - Authlib's client, untyped
    from flask import current_app  # noqa: PLC0415 - only within a request

    return current_app.extensions["portal"]


def _ended() -> Ended:
    from flask import current_app  # noqa: PLC0415 - only within a request

    found = current_app.extensions["ended"]
    assert isinstance(found, Ended)
    return found


def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'self'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Cache-Control"] = "no-store"
    return response


def start() -> str:
    """Say what this is."""
    return render_template("start.html", materials=MATERIALS, portal=_registration().issuer)


def material(name: str) -> str | tuple[str, int]:
    """Show a material and what the portal told of who opened it; a stranger is sent to the portal by a link."""
    if name not in MATERIALS:
        return render_template("refused.html", reason="Dit materiaal bestaat niet.", portal=_registration().issuer), 404
    received = session.get("received")
    ended_at = _ended().at(received) if received else None
    if ended_at is not None:
        session.clear()
        return render_template("signed_out.html", ended_at=ended_at, portal=_registration().issuer)
    if received is None:
        return render_template("start.html", materials=MATERIALS, portal=_registration().issuer)
    return render_template("material.html", name=MATERIALS[name], received=received, as_json=_as_json)


def _as_json(value: object) -> str:
    return json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False)


def _target(address: str) -> str:
    """Give the name of the own material that an address leads to; any other address gives the first."""
    parts, own = urlsplit(address), urlsplit(_registration().own_url)
    name = parts.path.removeprefix("/materiaal/").rstrip("/")
    same = (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
    return name if same and name in MATERIALS else next(iter(MATERIALS))


def login() -> AnyResponse | tuple[str, int]:
    """Start a sign-in on the portal's word (OpenID Connect Core 1.0, section 4): only of the portal we know."""
    if request.args.get("iss") != _registration().issuer:
        return _refused("Deze inlog komt niet van het portaal dat wij kennen.", 400)
    session.clear()
    session["target"] = _target(request.args.get("target_link_uri", ""))
    hint = {"login_hint": request.args["login_hint"]} if request.args.get("login_hint") else {}
    try:
        answer: AnyResponse = _portal().authorize_redirect(f"{_registration().own_url}/callback", **hint)
    except (RequestException, OAuthError):
        return _refused("Het portaal is nu niet te bereiken. Probeer het straks opnieuw.", 503)
    return answer


def callback() -> AnyResponse | tuple[str, int]:
    """Take the code, exchange it, check the ID token, ask for the claims, and show all of it."""
    if "error" in request.args:
        return _refused(request.args.get("error_description") or request.args["error"], 403)
    target = session.get("target", next(iter(MATERIALS)))
    try:
        tokens = _portal().authorize_access_token()
        claims = _portal().userinfo(token=tokens)
        received = _received(tokens, dict(claims))
    except (OAuthError, NotAsked, ValueError) as failure:
        return _refused(str(getattr(failure, "description", "")) or str(failure), 403)
    except RequestException:
        return _refused("Het portaal gaf geen antwoord, of zegt dat er niets meer mag worden gedeeld.", 403)
    session.clear()
    session["received"] = received
    return redirect(url_for("material", name=target))


def _received(tokens: dict[str, Any], claims: dict[str, Any]) -> dict[str, Any]:
    """Give what came, word for word; raises NotAsked when the two answers speak of different persons."""
    id_token = tokens[
        "userinfo"
    ]  # Authlib checked signature, issuer, audience, nonce and times before it put this here
    if id_token["sub"] != claims.get("sub"):
        message = "De twee antwoorden gaan niet over dezelfde persoon."
        raise NotAsked(message)
    return {
        "sub": claims["sub"],
        "claims": {name: value for name, value in claims.items() if name != "sub"},
        "header": _header_of(tokens["id_token"]),
        "id_token": dict(id_token),
        "expires_in": tokens.get("expires_in"),
    }


def _header_of(id_token: str) -> dict[str, Any]:
    part = id_token.split(".", 1)[0]
    header: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return header


def backchannel_logout() -> Response:
    """Take the portal's word that somebody signed out there (OpenID Connect Back-Channel Logout 1.0, section 2.8)."""
    try:
        _ended().take(logout_claims(request.form.get("logout_token", ""), _registration(), _portal().fetch_jwk_set))
    except NotOurs as failure:
        return Response(json.dumps({"error": "invalid_request", "error_description": str(failure)}), 400)
    except RequestException:
        return Response(status=503)
    return Response(status=200)


def done() -> AnyResponse:
    """Forget who was here."""
    session.clear()
    return redirect(url_for("start"))


def _refused(reason: str, status: int) -> tuple[str, int]:
    return render_template("refused.html", reason=reason, portal=_registration().issuer), status
