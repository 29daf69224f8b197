"""Staff: signing in and out, the own account, the school's start page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import events, permissions, second_step
from accounts.actions.groups import groups_of
from accounts.actions.passwords import change_password, count_password_try, password_was_right
from accounts.actions.sign_in import Outcome, demand_before, remember_device, sign_in_staff
from accounts.actions.support import running_grant
from accounts.back_office import is_back_office
from accounts.challenges.desk import Purpose
from accounts.failures import Demand, TooManyTries
from accounts.forms.staff import LanguageForm, NewPasswordForm, ProfileForm, SignInForm, SwitchForm
from accounts.models import User, UserKind
from accounts.models.attempt import DEVICE_DAYS
from accounts.views.challenge import DEVICE_COOKIE, told_to_wait, wait_words, with_challenge
from accounts.views.place_card import place_card
from accounts.views.pupils import is_used_by_pupils
from basispoort.audit import trail
from basispoort.lib.access import before_second_step, own_account, public, requires, seen_along
from basispoort.web.places import places_of
from basispoort.web.start import steps_for

if TYPE_CHECKING:
    from django.http import HttpResponse

    from basispoort.lib.http import PortalRequest, SchoolRequest, StaffRequest


def own_path(target: str) -> str:
    """Give a target that is a path of our own, else nothing (SR-F07)."""
    if target.startswith("/") and "\\" not in target and url_has_allowed_host_and_scheme(target, allowed_hosts=None):
        return target
    return ""


@public
@transaction.non_atomic_requests
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in(request: PortalRequest) -> HttpResponse:
    """Sign in with address and password; every failure gets the same answer (SR-A05)."""
    target = own_path(request.POST.get("next", "") or request.GET.get("next", ""))
    cookie = request.COOKIES.get(DEVICE_COOKIE, "")
    form = SignInForm(request.POST or None, is_shared=is_used_by_pupils(request))
    if request.method == "GET" or not form.is_valid():
        return _ask_password(request, form, target, demand_before(request, device_cookie=cookie))
    attempt = sign_in_staff(request, **form.cleaned_data, device_cookie=cookie)
    if attempt.outcome is Outcome.DONE:
        assert attempt.user is not None
        chose_language = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        shared = form.cleaned_data["shared"]
        known = attempt.device_is_known
        return _welcome(attempt.user, target, known=known, chose_language=chose_language, shared=shared)
    if attempt.outcome is Outcome.WAIT:
        form.add_error(None, wait_words(attempt.wait_seconds))
        return told_to_wait(_ask_password(request, form, target, Demand()), attempt.wait_seconds)
    form.add_error(None, _("You are not signed in. Check your address and your password, and try again."))
    return _ask_password(request, form, target, attempt.demand, own_only=attempt.own_only)


def _ask_password(
    request: PortalRequest, form: SignInForm, target: str, demand: Demand, *, own_only: bool = False
) -> HttpResponse:
    return with_challenge(
        request,
        "accounts/staff/sign_in.html",
        {"form": form, "next": target},
        Purpose.SIGN_IN,
        demand,
        own_only=own_only,
    )


def _welcome(user: User, target: str, *, known: bool, chose_language: bool, shared: bool) -> HttpResponse:
    response = HttpResponseRedirect(target or resolve_url("home"))
    if not chose_language:  # on this very browser, before signing in; that counts
        _keep_language(response, user.language, until_closed=shared)
    if not known and not shared:
        response.set_cookie(
            DEVICE_COOKIE,
            remember_device(user),
            max_age=DEVICE_DAYS * 24 * 3600,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Lax",
        )
    return response


@before_second_step
@public
@require_http_methods(["GET", "POST"])
def sign_out(request: PortalRequest) -> HttpResponse:
    """End the session by POST and empty the browser's store; a GET only asks (SR-A08)."""
    if request.method == "GET":
        return render(request, "accounts/staff/sign_out.html")
    if isinstance(request.user, User):
        trail.record(events.SIGNED_OUT, school=None, acting_user=request.user)
    logout(request)
    response = HttpResponseRedirect(resolve_url("home"))
    response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")  # the next one chooses anew
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _keep_language(response: HttpResponse, language: str, *, until_closed: bool = False) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=None if until_closed else 365 * 24 * 3600,
        secure=settings.HTTPS,
        httponly=True,
        samesite="Lax",
    )


@public
@require_POST
def choose_language(request: PortalRequest) -> HttpResponse:
    """Change the language of the screen and go back."""
    form = LanguageForm(request.POST)
    if not form.is_valid():
        return redirect("home")
    response = HttpResponseRedirect(own_path(form.cleaned_data["next"]) or resolve_url("home"))
    _keep_language(response, form.cleaned_data["language"])
    return response


@seen_along("home", "")
@before_second_step
@public
@require_safe
def home(request: PortalRequest) -> HttpResponse:
    """Send everybody to where they belong; a stranger sees the two ways in."""
    user = request.user
    if not isinstance(user, User):
        return render(request, "accounts/staff/landing.html")
    if user.kind == UserKind.PUPIL:
        return redirect("licences:tiles")
    if second_step.is_half_in(request):  # type: ignore[arg-type]  # signed in by now
        return redirect("accounts:second-step")
    if is_back_office(request) and request.watched is None:
        return redirect("admin:index")
    places = places_of(user)
    if len(places) == 1:
        return HttpResponseRedirect(places[0].url)
    return render(request, "accounts/staff/choose_place.html")


@own_account
@require_POST
def switch(request: StaffRequest) -> HttpResponse:
    """Go to another school or board of one's own, under a new session key (SR-A06)."""
    form = SwitchForm(request.POST)
    chosen = (form.cleaned_data["kind"], form.cleaned_data["code"]) if form.is_valid() else None
    place = next((one for one in places_of(request.user) if (one.kind, one.code) == chosen), None)
    if place is None:
        raise Http404
    request.session.cycle_key()
    return HttpResponseRedirect(place.url)


@own_account
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def profile(request: StaffRequest) -> HttpResponse:
    """Show and change the own name, language and password."""
    user = request.user
    names = {name: getattr(user, name) for name in ("first_name", "infix", "last_name", "language")}
    details, password = ProfileForm(initial=names), NewPasswordForm(user)
    if request.method == "POST" and "new" in request.POST:
        try:
            count_password_try(request)
        except TooManyTries:
            messages.error(request, _("Too many wrong tries. Wait a minute and try again."))
            return redirect("accounts:profile")
        password = NewPasswordForm(user, request.POST)
        right = password.is_valid()
        if "current" in password.cleaned_data:
            password_was_right(request)
        if right:
            change_password(request=request, user=user, new=password.cleaned_data["new"])
            messages.success(request, _("Your password is changed. Everywhere else you are signed out."))
            return redirect("accounts:profile")
    elif request.method == "POST":
        details = ProfileForm(request.POST)
        if details.is_valid():
            for name, value in details.cleaned_data.items():
                setattr(user, name, value)
            user.save(update_fields=list(details.cleaned_data))
            messages.success(request, _("Saved."))
            response = redirect("accounts:profile")
            _keep_language(response, user.language)
            return response
    return render(request, "accounts/staff/profile.html", {"details": details, "password": password})


@seen_along("school", gettext_lazy("the start page of the school"))
@requires("schools.school.view")
@require_safe
def school_start(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - the middleware found the school
    """Show the start page of a school: the own groups, and what is to be done."""
    groups = groups_of(request.user, request.school)
    if permissions.sees_all_groups(request.user, request.school):
        groups = groups.with_home_pupils()  # who teaches a subgroup finds it here; all of a school's are too many
    can_import = request.user.has_perm("schools.roster.import", request.school)
    sees_groups = _sees_groups(request)
    shown = list(groups.in_order()) if sees_groups else []
    facts = {
        "groups": shown,
        "sees_groups": sees_groups,
        "can_import": can_import,
        "steps": steps_for(request),
        "place": place_card(request),
    }
    facts["grant"] = running_grant(request.school)
    facts["may_see_support"] = request.user.has_perm(permissions.SUPPORT_SEE, request.school)
    facts["may_start"] = request.user.has_perm(permissions.CLASS_START, request.school)
    facts["may_codes"] = request.user.has_perm(permissions.PUPIL_CODES, request.school)
    return render(request, "accounts/staff/school.html", facts)


def _sees_groups(request: SchoolRequest) -> bool:
    return request.user.has_perm("accounts.group.view", request.school)
