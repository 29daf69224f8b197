"""Forms of dpa."""

from django import forms


class AcceptForm(forms.Form):
    """The click on *Akkoord*, with the digest of what was on screen."""

    sha256 = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
