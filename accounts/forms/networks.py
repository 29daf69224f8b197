"""What a coordinator types about the school's networks, and a classroom about the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.networks import Fault, NetworkRefused, parse_network

if TYPE_CHECKING:
    from accounts.networks import Network

LONGEST_NETWORK, LONGEST_NAME, LONGEST_WORD = 60, 60, 60
FAULTS = {
    Fault.NO_NETWORK: _("This is no network address. It looks like 203.0.113.8, 203.0.113.0/24 or 2001:db8:10::/48."),
    Fault.TOO_WIDE: _("This network is too wide to be one school's own: /16 at most for IPv4, /32 for IPv6."),
    Fault.INSIDE: _(
        "This address only exists inside your building; the portal sees another one. Use the button with the address "
        "you are at now, or ask your network supplier for your outside addresses."
    ),
}


class NameForm(forms.Form):
    """The name of a network."""

    name = forms.CharField(
        label=_("Name"), max_length=LONGEST_NAME, help_text=_("For example: main building, or gym hall.")
    )


class NetworkForm(NameForm):
    """A network and its name; `inside` lets addresses within the building pass, for a portal that runs there."""

    network = forms.CharField(
        label=_("Network address"),
        max_length=LONGEST_NETWORK,
        help_text=_("One address, or a range in CIDR notation; IPv4 or IPv6."),
        widget=forms.TextInput(attrs={"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ("network", "name")

    def __init__(self, *args: object, inside: bool = False, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # Django's own
        self.inside = inside

    def clean_network(self) -> Network:
        """Give the network that was typed."""
        try:
            return parse_network(self.cleaned_data["network"], inside=self.inside)
        except NetworkRefused as refused:
            raise forms.ValidationError(FAULTS[refused.fault]) from None


class DayWordForm(forms.Form):
    """The word of the day."""

    word = forms.CharField(
        label=_("The two words"),
        max_length=LONGEST_WORD,
        widget=forms.TextInput(
            attrs={"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false", "class": "word-line__input"}
        ),
    )
