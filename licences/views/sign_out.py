"""Signing out at the portal because a participant asks (OpenID Connect RP-Initiated Logout 1.0; SR-F07, F10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.core.internal.httpkit import add_query_params
from django.contrib.auth import logout as end_session
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts import events
from accounts.models import User
from basispoort.audit import trail
from basispoort.lib.access import before_second_step, public
from licences.forms.sign_out import SignOutForm
from licences.views.tiles import allow_forms_to

if TYPE_CHECKING:
    from basispoort.lib.http import PortalRequest


def _target(form: Any) -> str:  # noqa: ANN401 - allauth ships no types
    """Give the registered address to return to, character for character; else our own start page."""
    values = form.cleaned_data if form.is_valid() else {}
    client, asked = values.get("client"), values.get("post_logout_redirect_uri")
    if not client or not asked or asked not in client.get_post_logout_redirect_uris():
        return resolve_url("home")
    state = values.get("state")
    return str(add_query_params(asked, {"state": state}) if state else asked)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@before_second_step
@public
def logout(request: PortalRequest) -> HttpResponse:
    """Ask first, always; on the button end the session and go where the participant is registered."""
    form = SignOutForm(request.POST if request.method == "POST" else request.GET)
    target = _target(form)
    if request.method != "POST" and isinstance(request.user, User):
        response = render(request, "licences/oidc/sign_out.html", {"form": form})
        client = form.cleaned_data.get("client") if form.is_valid() else None
        participant = getattr(client, "participant", None)
        return allow_forms_to(response, participant.origins() if participant else ())
    if isinstance(request.user, User):
        trail.record(events.SIGNED_OUT, school=None, acting_user=request.user)
        end_session(request)
    response = HttpResponseRedirect(target)
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response
