"""Signing in with the school's Microsoft or Google account, linking one, and what the school allows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from django.contrib import messages
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import events, permissions
from accounts.actions.enter import Way, enter
from accounts.actions.school_accounts import (
    LinkedElsewhere,
    NotAllowed,
    OtherAddress,
    allow_tenant,
    forbid_tenant,
    link_account,
    unlink_account,
    user_of,
)
from accounts.models import AllowedTenant, User
from accounts.models.school_account import AccountProvider
from accounts.school_accounts import PortalClient, identity_of, offered
from accounts.views.pupils import is_used_by_pupils
from accounts.views.staff import own_path
from basispoort.audit import trail
from basispoort.lib.access import fresh, own_account, public, requires

if TYPE_CHECKING:
    from uuid import UUID

    from allauth.socialaccount.models import SocialLogin
    from django.http import HttpRequest, HttpResponse

    from basispoort.lib.http import PortalRequest, SchoolRequest, StaffRequest

FOUND = "organisation_found"


def _go(request: HttpRequest, provider: str, data: dict[str, str]) -> HttpResponse:
    """Send to the provider, with state, nonce and PKCE kept in this browser's session."""
    if provider not in offered():
        raise Http404
    return PortalClient(request, provider).ask(data)


@public
@never_cache
@require_safe
def start(request: PortalRequest, provider: str) -> HttpResponse:
    """Go and sign in at the provider."""
    return _go(request, provider, {"for": "sign-in", "next": own_path(request.GET.get("next", ""))})


@fresh
@own_account
@never_cache
@require_safe
def link_start(request: StaffRequest, provider: str) -> HttpResponse:
    """Go and show which school account is the own one."""
    return _go(request, provider, {"for": "link"})


@fresh
@requires(permissions.STAFF_MANAGE)
@never_cache
@require_safe
def tenant_start(request: SchoolRequest, school: str, provider: str) -> HttpResponse:  # noqa: ARG001 - see above
    """Go and show, by an account of the school, which organisation it is."""
    return _go(request, provider, {"for": "allow", "school": request.school.code})


@public
@never_cache
@require_safe
def back(request: PortalRequest, provider: str) -> HttpResponse:
    """Take the answer of the provider."""
    if provider not in offered():
        raise Http404
    view = OAuth2CallbackView.adapter_view(PortalClient(request, provider))  # type: ignore[no-untyped-call]  # allauth
    response: HttpResponse = view(request)
    return response


def came_back(request: HttpRequest, sociallogin: SocialLogin) -> HttpResponse:
    """Do what the visitor went there for, with the signed answer in hand."""
    data = sociallogin.state.get("data") or {}
    try:
        identity = identity_of(sociallogin)
        if data.get("for") == "link" and isinstance(request.user, User):
            link_account(user=request.user, identity=identity)
            messages.success(request, _("Your school account is linked. You can sign in with it from now on."))
            return redirect("accounts:profile")
        if data.get("for") == "allow" and isinstance(request.user, User):
            label = identity.email.rpartition("@")[2] or identity.tenant
            request.session[FOUND] = [data["school"], identity.provider, identity.tenant, label]
            return redirect("accounts:tenants", data["school"])
        user = user_of(identity)
        enter(request, user=user, way=Way.SCHOOL_ACCOUNT, is_shared_computer=is_used_by_pupils(request))
        trail.record(events.SIGNED_IN, school=None, acting_user=user, details={"way": identity.provider})
        return HttpResponseRedirect(own_path(data.get("next", "")) or resolve_url("home"))
    except OAuth2Error:
        messages.error(request, _("This is a private account. Use the one your school gave you."))
    except OtherAddress:
        messages.error(request, _("This school account has another address than the one known here."))
    except LinkedElsewhere:
        messages.error(request, _("This school account is linked to another user, or you have one linked already."))
    except NotAllowed:
        messages.error(
            request,
            _("This school account is not known here. Sign in with your password and link it at My account."),
        )
    return redirect("accounts:profile" if request.user.is_authenticated else "accounts:sign-in")


@fresh
@own_account
@require_POST
def unlink(request: StaffRequest, provider: str) -> HttpResponse:
    """Take the link away."""
    unlink_account(user=request.user, provider=provider)
    messages.success(request, _("The link is taken away."))
    return redirect("accounts:profile")


@requires(permissions.STAFF_MANAGE)
@require_safe
def tenants(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - see above
    """Show from which organisations staff may sign in."""
    found = request.session.get(FOUND) or ["", "", "", ""]
    facts = {
        "allowed": list(AllowedTenant.objects.for_school(request.school).order_by("provider", "label")),
        "offered": [(name, AccountProvider(name).label) for name in offered()],
        "found": found if found[0] == request.school.code else None,
    }
    return render(request, "accounts/staff_pages/tenants.html", facts)


@fresh
@requires(permissions.STAFF_MANAGE)
@require_POST
def tenant_allow(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - see above
    """Allow the organisation that was just shown; what the form says is not believed."""
    code, provider, tenant, label = request.session.pop(FOUND, ["", "", "", ""])
    if code != request.school.code:
        messages.error(request, _("Sign in there first, so that we know which organisation it is."))
    else:
        allow_tenant(school=request.school, provider=provider, tenant=tenant, label=label, acting_user=request.user)
        messages.success(request, _("Staff can link their account of %(domain)s now.") % {"domain": label})
    return redirect("accounts:tenants", request.school)


@fresh
@requires(permissions.STAFF_MANAGE)
@require_POST
def tenant_forbid(request: SchoolRequest, school: str, tenant: UUID) -> HttpResponse:  # noqa: ARG001 - see above
    """Allow an organisation no more."""
    allowed = get_object_or_404(AllowedTenant.objects.for_school(request.school), pk=tenant)
    forbid_tenant(school=request.school, allowed=allowed, acting_user=request.user)
    messages.success(request, _("Nobody signs in from there any more."))
    return redirect("accounts:tenants", request.school)
