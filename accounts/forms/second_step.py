"""Forms of the second step of signing in."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms.staff import PasswordField

DIGITS_ONLY = {"inputmode": "numeric", "autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}
ANY_CODE = {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}


class AppCodeForm(forms.Form):
    """The six digits that the app shows."""

    code = forms.CharField(label=_("The six digits in your app"), max_length=20, widget=forms.TextInput(DIGITS_ONLY))


class StepForm(forms.Form):
    """Six digits of the app, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("The six digits in your app, or one of your recovery codes."),
        widget=forms.TextInput(ANY_CODE | {"autofocus": True}),
    )
    next = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)


class ProofForm(forms.Form):
    """The password again, and the second step where there is one."""

    proof_password = PasswordField(label=_("Password"), autocomplete="current-password")
    proof_code = forms.CharField(
        label=_("Code"),
        max_length=40,
        required=False,
        help_text=_("The six digits in your app, or one of your recovery codes."),
        widget=forms.TextInput(ANY_CODE),
    )
