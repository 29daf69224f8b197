"""What a badge sends."""

from django import forms
from django.utils.translation import gettext_lazy as _


class BadgeForm(forms.Form):
    """A badge that was scanned, or its letters typed; a plain field, so that no browser keeps it as a password."""

    badge = forms.CharField(
        label=_("The letters on your badge"),
        max_length=200,
        widget=forms.TextInput(
            attrs={
                "autocapitalize": "off",
                "autocomplete": "off",
                "spellcheck": "false",
                "class": "word-line__input",
            }
        ),
    )
