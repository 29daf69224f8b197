"""The identity provider's addresses: the few that are needed, each with its own declaration."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from allauth.idp.oidc.internal.oauthlib.utils import convert_response, extract_params
from allauth.idp.oidc.views import jwks as allauth_jwks
from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from oauthlib.oauth2.rfc6749.errors import FatalClientError, OAuth2Error

from accounts import limits
from accounts.models import User
from basispoort.lib.access import participant, public
from basispoort.lib.tenancy import unscoped
from licences.actions.launch import Refused
from licences.models import AuthorizationCode
from licences.models.launch import token_hash
from licences.oidc.authorise import launch_for
from licences.oidc.exchange import Exchange, begin, open_school
from licences.oidc.server import PortalServer
from licences.views.refusals import refusal_page

if TYPE_CHECKING:
    from basispoort.lib.http import PortalRequest
    from licences.models import Launch


@require_safe
@public
def configuration(request: PortalRequest) -> JsonResponse:  # noqa: ARG001 - a view's form
    """Say where the endpoints are and what they take (OpenID Connect Discovery 1.0)."""
    addresses = {
        "authorization_endpoint": "oidc-authorize",
        "token_endpoint": "oidc-token",
        "userinfo_endpoint": "oidc-userinfo",
        "jwks_uri": "oidc-jwks",
        "end_session_endpoint": "oidc-logout",
    }
    facts: dict[str, Any] = {"issuer": settings.BASE_URL}
    facts |= {key: settings.BASE_URL + reverse(f"licences:{name}") for key, name in addresses.items()}
    facts |= {
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["pairwise"],
        "scopes_supported": ["openid"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "prompt_values_supported": ["none"],
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }
    return JsonResponse(facts)


@require_safe
@public
def jwks(request: PortalRequest) -> HttpResponse:
    """Give the public keys."""
    response = allauth_jwks(request)
    assert isinstance(response, HttpResponse)
    return response


def _wrong(request: PortalRequest) -> HttpResponse:
    """Give the one page for a sign-in request that names no registered address: nobody is sent anywhere (SR-F02)."""
    return render(request, "licences/oidc/wrong.html", status=400)


def _to(address: str) -> HttpResponse:
    response = HttpResponse(status=302)
    response["Location"] = address
    return response


def _signed_in_at(request: PortalRequest) -> datetime | None:
    kept = request.session.get(limits.KEY)
    return datetime.fromtimestamp(kept[2], UTC) if kept else None


@require_safe
@never_cache
@public
def authorize(request: PortalRequest) -> HttpResponse:
    """Send a signed-in person on with a code, after the same checks as the tile's (SR-F06).

    A stranger is told to start from the portal: a sign-in begins with a click on a tile or in a session that is there.
    """
    user = request.user if isinstance(request.user, User) else None
    now = begin(Exchange(user=user))
    server = PortalServer()
    try:
        asked = extract_params(request)
        _scopes, facts = server.validate_authorization_request(*asked)
    except (FatalClientError, ValueError):
        return _wrong(request)
    except OAuth2Error as error:
        return _to(error.in_uri(error.redirect_uri))
    now.participant = getattr(facts["request"].client, "participant", None)
    if now.participant is None:
        return _wrong(request)
    outcome = launch_for(request, user, now.participant) if user else None
    if outcome is None:
        return render(request, "licences/oidc/stranger.html", {"participant": now.participant}, status=403)
    if isinstance(outcome, Refused):
        return _refused(request, facts, outcome)
    return _send_code(request, now, outcome, server, asked)


def _refused(request: PortalRequest, facts: dict[str, Any], refused: Refused) -> HttpResponse:
    if "none" not in (request.GET.get("prompt") or "").split():
        return refusal_page(request, refused)
    error = OAuth2Error(description=f"Refused; trace code {refused.trace}.", state=facts["state"])
    error.error = "access_denied"
    return _to(error.in_uri(facts["redirect_uri"]))


def _send_code(
    request: PortalRequest, now: Exchange, launch: Launch, server: PortalServer, asked: tuple[Any, ...]
) -> HttpResponse:
    now.launch = launch
    credentials = {"user": request.user, "auth_time": _signed_in_at(request)}
    open_school(request, launch.school_id)
    answer = server.create_authorization_response(*asked, scopes=["openid"], credentials=credentials)
    response: HttpResponse = convert_response(*answer)
    response["Cache-Control"] = "no-store"
    return response


def _find(request: PortalRequest, **column: str) -> AuthorizationCode | None:
    """Give the code that a participant speaks of, with school, person and material, and open its school.

    Not the participant: each step knows the one that speaks, and PostgreSQL plans a join of eight tables for 3 ms.
    """
    with unscoped("which school does this code belong to"):
        rows = AuthorizationCode.objects.get_queryset().select_related("school", "launch__user", "launch__material")
        found = rows.filter(**column).first()
    if found is not None:
        open_school(request, found.school)
    return found


def _no_store(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Pragma"] = "no-cache"
    return response


def _json_error(error: OAuth2Error) -> HttpResponse:
    response = HttpResponse(error.json, status=error.status_code, content_type="application/json")
    for name, value in error.headers.items():
        response[name] = value
    return _no_store(response)


@csrf_exempt
@require_POST
@participant
def token(request: PortalRequest) -> HttpResponse:
    """Exchange a code, once, for a token that lives ten minutes and an ID token (SR-F03, F04)."""
    now = begin(Exchange(code=_find(request, code_hash=token_hash(request.POST.get("code", "")))))
    try:
        response: HttpResponse = convert_response(*PortalServer().create_token_response(*extract_params(request)))
    except OAuth2Error as error:
        return _json_error(error)
    except ValueError:
        return _no_store(JsonResponse({"error": "invalid_request"}, status=400))
    if now.refused:
        facts = {"error": "invalid_grant", "error_description": f"Refused; trace code {now.refused.trace}."}
        response = JsonResponse(facts, status=400)
    return _no_store(response)


@csrf_exempt
@require_http_methods(["GET", "POST"])
@participant
def userinfo(request: PortalRequest) -> HttpResponse:
    """Give the agreed fields of the person whom a token was given for (SR-F05, F06)."""
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    bearer = value.strip() if scheme.lower() == "bearer" else ""
    begin(Exchange(code=_find(request, token_hash=token_hash(bearer)) if bearer else None))
    try:
        return _no_store(convert_response(*PortalServer().create_userinfo_response(*extract_params(request))))
    except OAuth2Error as error:
        return _json_error(error)
    except ValueError:
        return _no_store(JsonResponse({"error": "invalid_request"}, status=400))
