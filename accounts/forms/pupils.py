"""What pupils tap and type, and what teachers confirm."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models.code import CODE_LENGTH
from basispoort.web.pictures import PICTURES


class PictureForm(forms.Form):
    """One picture that was tapped, or the step back."""

    picture = forms.ChoiceField(choices=[(picture.name, picture.name) for picture in PICTURES], required=False)
    back = forms.BooleanField(required=False)


class PicturesForm(forms.Form):
    """All the pictures of a code, gathered by the page's script: their names, with blanks between them."""

    pictures = forms.CharField(max_length=100)

    def clean_pictures(self) -> list[str]:
        """Give the names; raises ValidationError for a name that is no picture, or too few or too many."""
        chosen: list[str] = self.cleaned_data["pictures"].split()
        if len(chosen) != CODE_LENGTH or not {picture.name for picture in PICTURES}.issuperset(chosen):
            raise ValidationError(_("A code has four pictures."))
        return chosen


class DigitForm(forms.Form):
    """One digit that was tapped, or the step back."""

    digit = forms.RegexField(r"^[0-9]\Z", required=False)
    back = forms.BooleanField(required=False)


class PincodeForm(forms.Form):
    """A pincode typed on a keyboard; a plain field, so that no browser keeps it as anybody's password."""

    pincode = forms.RegexField(
        rf"^[0-9]{{{CODE_LENGTH}}}\Z",
        label=_("Your pincode"),
        error_messages={"invalid": _("A pincode has four digits.")},
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )
