"""Forms about switching publishers on and off."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from licences.models import Participant, Subject


class RecordsForm(forms.Form):
    """Which records to show: whose, and which page."""

    about = forms.ChoiceField(choices=Subject, required=False)
    page = forms.IntegerField(min_value=1, max_value=100_000, required=False)

    def clean_about(self) -> Subject:
        """Give pupils where nothing was chosen."""
        return Subject(self.cleaned_data["about"] or Subject.PUPIL)


class SwitchOnForm(forms.Form):
    """The click that switches a publisher on, with the fields that were on screen."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=2000)
    confirmed = forms.BooleanField(label=_("I have seen what leaves and for what."))

    def clean_seen(self) -> dict[str, list[str]]:
        """Give the fields that were on screen; anything else is refused."""
        try:
            seen: Any = json.loads(self.cleaned_data["seen"])
        except ValueError as error:
            raise forms.ValidationError(_("Open the page again."), code="seen") from error
        if not isinstance(seen, dict):
            raise forms.ValidationError(_("Open the page again."), code="seen")
        return seen

    @staticmethod
    def words_for(fields: dict[str, list[str]]) -> str:
        """Give the fields as the hidden field carries them."""
        return json.dumps(fields, sort_keys=True)


class PageForm(forms.Form):
    """Which page of a list to show."""

    page = forms.IntegerField(min_value=1, max_value=100_000, required=False)

    @property
    def number(self) -> int:
        """The page; the first where what was asked for is no number."""
        return self.cleaned_data.get("page") or 1 if self.is_valid() else 1


class DisclosuresForm(PageForm):
    """Which disclosures to show."""

    publisher = forms.ModelChoiceField(
        queryset=Participant.objects.all(), required=False, label=_("Publisher"), empty_label=_("All publishers")
    )


class TraceForm(forms.Form):
    """A trace code, however it was typed over."""

    code = forms.CharField(label=_("Trace code"), max_length=20, help_text=_("For example K7F3-92QX."))

    def clean_code(self) -> str:
        """Give the code as we write it."""
        letters = "".join(letter for letter in self.cleaned_data["code"].upper() if letter.isalnum())
        if len(letters) != 8:
            raise forms.ValidationError(_("A trace code has eight letters and digits."), code="length")
        return f"{letters[:4]}-{letters[4:]}"
