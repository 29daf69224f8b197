"""Forms of the back office."""

from __future__ import annotations

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.forms.addresses import MailAddressField
from accounts.models import IdentityCheck, ResetReason
from accounts.models.support import TICKET


class AddressForm(forms.Form):
    """The address that somebody gave on the phone; nobody here reads one from the portal (SR-B07)."""

    address = MailAddressField(
        label=_("E-mail address with which this person signs in"),
        max_length=254,
        help_text=_("As the person gave it. The portal does not show it."),
        widget=forms.EmailInput({"autocomplete": "off"}),
    )


class OfficeResetForm(AddressForm):
    """What the helpdesk asks."""

    ticket = forms.CharField(
        label=_("Number of the call"),
        max_length=20,
        validators=[RegexValidator(f"^{TICKET}$", _("Capitals, digits and dashes, such as HD-12345."))],
    )
    reason = forms.ChoiceField(label=_("Why?"), choices=ResetReason.choices)
    checked = forms.ChoiceField(
        label=_("How did you make sure who this is?"), choices=IdentityCheck.choices, widget=forms.RadioSelect
    )
