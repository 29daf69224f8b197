"""The second step of signing in: taking it, setting it up, and the means one has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_otp_webauthn.views import (
    BeginCredentialAuthenticationView,
    BeginCredentialRegistrationView,
    CompleteCredentialAuthenticationView,
    CompleteCredentialRegistrationView,
)

from accounts import second_step
from accounts.actions.second_step import (
    codes_left,
    confirm_app,
    end_wait,
    factor_added,
    has_factor,
    make_recovery_codes,
    note_passkey,
    offered_app,
    remove_factor,
    step_taken,
    take_step,
)
from accounts.failures import TooManyTries
from accounts.forms.second_step import AppCodeForm, StepForm
from accounts.models import Passkey, TotpDevice
from accounts.models.verification import seed_address, spoken_seed
from accounts.prove import with_passkeys
from accounts.qr import qr_svg
from accounts.views.staff import own_path
from basispoort.lib.access import before_second_step, fresh, own_account

if TYPE_CHECKING:
    from uuid import UUID

    from django.contrib.auth.base_user import AbstractBaseUser
    from django_otp_webauthn.models import AbstractWebAuthnCredential

    from basispoort.lib.http import StaffRequest


@before_second_step
@own_account
@never_cache
@require_http_methods(["GET", "POST"])
def take(request: StaffRequest) -> HttpResponse:
    """Take the second step; who has no means yet is led to setting one up."""
    user = request.user
    target = own_path(request.POST.get("next", "") or request.GET.get("next", ""))
    if request.user.is_verified():
        return HttpResponseRedirect(target or resolve_url("home"))
    if not has_factor(user):
        if second_step.is_powerful(user):
            return redirect("accounts:factors")
        end_wait(request)
        return redirect("home")
    form = StepForm(request.POST or None, initial={"next": target})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            if take_step(request=request, user=user, token=form.cleaned_data["code"]):
                return HttpResponseRedirect(target or resolve_url("home"))
            form.add_error("code", _("This code is not right, or it was used before. Wait for the next one."))
        except TooManyTries:
            form.add_error("code", _("Too many wrong codes. Wait a minute, or use a recovery code."))
            status = 429
    facts = {"form": form, "next": target, "passkeys": Passkey.objects.filter(user=user, confirmed=True).exists()}
    response = with_passkeys(render(request, "accounts/staff/second_step.html", facts, status=status))
    if status != 200:
        response["Retry-After"] = "60"
    return response


def may_change(request: StaffRequest) -> bool:
    """Tell whether this session may change the means: it took the step, or there is none to take yet."""
    return bool(request.user.is_verified()) or not has_factor(request.user)


@before_second_step
@own_account
@never_cache
@require_safe
def factors(request: StaffRequest) -> HttpResponse:
    """Show the means there are, and offer to add one."""
    if not may_change(request):
        return redirect("accounts:second-step")
    user = request.user
    facts = {
        "app": TotpDevice.objects.filter(user=user, confirmed=True).first(),
        "passkeys": list(Passkey.objects.filter(user=user, confirmed=True).order_by("created_at")),
        "codes_left": codes_left(user),
        "compulsory": second_step.is_powerful(user),
        "first_time": not has_factor(user),
    }
    return render(request, "accounts/staff/factors.html", facts)


@fresh
@before_second_step
@own_account
@never_cache
@require_http_methods(["GET", "POST"])
def app(request: StaffRequest) -> HttpResponse:
    """Set up an app: a QR code to scan, and its first digits as the proof that it works."""
    if not may_change(request):
        return redirect("accounts:second-step")
    user = request.user
    form = AppCodeForm(request.POST if "code" in request.POST else None)
    if form.is_bound and form.is_valid():
        try:
            if confirm_app(request=request, user=user, token=form.cleaned_data["code"].replace(" ", "")):
                messages.success(request, _("Your app works. From now on you sign in with it."))
                return _to_codes(request)
            form.add_error("code", _("This code is not right. Wait for the next one and try again."))
        except TooManyTries:
            form.add_error("code", _("Too many wrong codes. Wait a minute."))
    facts = {"form": form, "spoken": spoken_seed(offered_app(request).seed)}
    return render(request, "accounts/staff/app.html", facts)


@fresh
@before_second_step
@own_account
@never_cache
@require_safe
def app_picture(request: StaffRequest) -> HttpResponse:
    """Give the QR code of the app that is being set up; it is kept nowhere."""
    if not may_change(request):
        return redirect("accounts:second-step")
    seed = offered_app(request).seed
    response = HttpResponse(qr_svg(seed_address(seed, account=str(request.user.email))), content_type="image/svg+xml")
    response["Cache-Control"] = "no-store"
    return response


def _to_codes(request: StaffRequest) -> HttpResponse:
    """Lead to new recovery codes where there are none yet, and else back to the means."""
    return redirect("accounts:factors") if codes_left(request.user) else redirect("accounts:recovery-codes")


@fresh
@own_account
@never_cache
@require_http_methods(["GET", "POST"])
def recovery_codes(request: StaffRequest) -> HttpResponse:
    """Make ten codes and show them, this once, to print or to write down (SR-A11)."""
    if not has_factor(request.user):
        return redirect("accounts:factors")
    facts: dict[str, Any] = {"left": codes_left(request.user)}
    if request.method == "POST":
        facts["codes"] = make_recovery_codes(user=request.user)
    return render(request, "accounts/staff/recovery_codes.html", facts)


@fresh
@own_account
@require_POST
def remove_app(request: StaffRequest) -> HttpResponse:
    """Remove the app."""
    device = get_object_or_404(TotpDevice, user=request.user, confirmed=True)
    remove_factor(request=request, user=request.user, device=device, kind="app")
    messages.success(request, _("Your app is removed."))
    return redirect("accounts:factors")


@fresh
@own_account
@require_POST
def remove_passkey(request: StaffRequest, passkey: UUID) -> HttpResponse:
    """Remove a passkey."""
    device = get_object_or_404(Passkey, user=request.user, public_id=passkey)
    remove_factor(request=request, user=request.user, device=device, kind="passkey")
    messages.success(request, _("Your passkey is removed."))
    return redirect("accounts:factors")


@fresh
@before_second_step
@own_account
@never_cache
@require_safe
def passkey(request: StaffRequest) -> HttpResponse:
    """Lead a browser through making a passkey; without scripts it says so and offers the app."""
    if not may_change(request):
        return redirect("accounts:second-step")
    return with_passkeys(render(request, "accounts/staff/passkey.html", {"codes_left": codes_left(request.user)}))


class CompleteRegistration(CompleteCredentialRegistrationView):
    """Keep a passkey that was made, and count it as taken."""

    request: StaffRequest

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 - the library's own form
        """Store it, end the other sessions and tell the owner."""
        user = self.request.user
        before = set(Passkey.objects.filter(user=user).values_list("pk", flat=True))
        response: HttpResponse = super().post(*args, **kwargs)  # type: ignore[no-untyped-call]  # the library's own
        made = Passkey.objects.filter(user=user).exclude(pk__in=before).get()
        factor_added(request=self.request, user=user, device=made, kind="passkey")
        return response


class CompleteAuthentication(CompleteCredentialAuthenticationView):
    """Take the second step by a passkey, or show it as part of proving again who one is."""

    request: StaffRequest

    def complete_auth(self, device: AbstractWebAuthnCredential) -> AbstractBaseUser:
        """Turn the half-begun session into a whole one; in a whole one, only note that the passkey was shown."""
        user = self.request.user
        if user.is_verified():
            note_passkey(self.request)
        else:
            step_taken(request=self.request, user=user, device=device)
        return user

    def get_success_url(self) -> str:
        """Give our own page to go to; none when only a proof was asked for."""
        if self.request.GET.get("next") == "proof":
            return ""
        return own_path(self.request.GET.get("next", "")) or resolve_url("home")


begin_registration = fresh(before_second_step(own_account(BeginCredentialRegistrationView.as_view())))
complete_registration = fresh(before_second_step(own_account(CompleteRegistration.as_view())))
begin_authentication = before_second_step(own_account(BeginCredentialAuthenticationView.as_view()))
complete_authentication = before_second_step(own_account(CompleteAuthentication.as_view()))
