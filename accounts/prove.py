"""Proving again who one is, in the middle of something: the form comes back with the act in it (SR-A12)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.http import HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.translation import gettext as _

from accounts.actions.second_step import has_factor, passkey_shown, prove_again
from accounts.failures import TooManyTries
from accounts.forms.second_step import ProofForm
from accounts.models import Passkey
from basispoort.lib.hashers import HashersBusy
from basispoort.lib.middleware import permissions_policy
from basispoort.web.errors import busy

if TYPE_CHECKING:
    from django.http import HttpResponse

    from basispoort.lib.http import StaffRequest

OWN = ("csrfmiddlewaretoken", "proof_password", "proof_code", "proof_then")


def with_passkeys(response: HttpResponse) -> HttpResponse:
    """Let the browser ask for a passkey on this page; everywhere else that is off (SR-G01)."""
    response["Permissions-Policy"] = permissions_policy("publickey-credentials-create", "publickey-credentials-get")
    return response


def to_second_step(request: StaffRequest) -> HttpResponse:
    """Send to the page of the second step, and from there to where the visitor was going."""
    target = request.get_full_path() if request.method in {"GET", "HEAD"} else ""
    page = resolve_url("accounts:second-step")
    return HttpResponseRedirect(f"{page}?{urlencode({'next': target})}" if target else page)


def prove_first(request: StaffRequest) -> HttpResponse | None:
    """Ask for the proof, or take it where it comes along with the act; None lets the act go on.

    Whatever was filled in stays in the form and is sent along again, once. A file cannot be: then the way leads back
    to the page on which it was chosen.
    """
    if request.method == "POST" and "proof_password" in request.POST:
        form = ProofForm(request.POST)
        if form.is_valid():
            try:
                proven = prove_again(
                    request=request,
                    user=request.user,
                    password=form.cleaned_data["proof_password"],
                    token=form.cleaned_data["proof_code"],
                )
            except TooManyTries:
                form.add_error(None, _("Too many wrong tries. Wait a minute and try again."))
                return _ask(request, form, status=429)
            except HashersBusy:
                return busy(request)
            if proven:
                then = request.POST.get("proof_then", "")
                return None if then == "act" else HttpResponseRedirect(request.get_full_path())
            form.add_error(None, _("That is not right. Check your password and your code."))
        return _ask(request, form)
    return _ask(request, ProofForm())


def _ask(request: StaffRequest, form: ProofForm, *, status: int = 200) -> HttpResponse:
    kept = [(name, value) for name, values in request.POST.lists() if name not in OWN for value in values]
    carries = request.method == "POST" and not request.FILES and request.POST.get("proof_then", "act") == "act"
    facts = {
        "form": form,
        "kept": kept if carries else [],
        "then": "act" if carries else "again",
        "has_file": bool(request.FILES),
        "has_factor": has_factor(request.user),
        "has_passkey": Passkey.objects.filter(user=request.user, confirmed=True).exists(),
        "passkey_shown": passkey_shown(request),
    }
    response = with_passkeys(render(request, "accounts/staff/prove.html", facts, status=status))
    response["Cache-Control"] = "no-store"
    return response
