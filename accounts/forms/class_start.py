"""What the pages of the class start send back."""

from django import forms

LONGEST_BUTTON = 400


class StartForm(forms.Form):
    """The button that opens a class start; it works once."""

    button = forms.CharField(max_length=LONGEST_BUTTON)


class SeenForm(forms.Form):
    """What the page shows by now, and which of the two pages it is."""

    seen = forms.CharField(max_length=16, required=False)
    board = forms.BooleanField(required=False)
