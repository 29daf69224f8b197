"""Forms about letting the helpdesk look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions.support import Length, end_of
from accounts.models import SupportReason
from accounts.models.support import TICKET

if TYPE_CHECKING:
    from collections.abc import Iterator


def _lengths() -> Iterator[tuple[str, str]]:
    now = timezone.now()
    words = {
        Length.HOUR: _("1 hour, until %(moment)s"),
        Length.SCHOOL_DAY: _("until the end of the school day, %(moment)s"),
        Length.DAY: _("24 hours, until %(moment)s"),
    }
    for length in Length:
        end = end_of(length, now)
        if end is not None:
            here = timezone.localtime(end)
            form = "H:i" if here.date() == timezone.localdate(now) else "j F H:i"
            yield length.value, words[length] % {"moment": date_format(here, form)}


class GrantForm(forms.Form):
    """Why and for how long the helpdesk may look."""

    reason = forms.ChoiceField(label=gettext_lazy("What for?"), choices=SupportReason.choices)
    length = forms.ChoiceField(
        label=gettext_lazy("For how long?"), choices=_lengths, widget=forms.RadioSelect, initial=Length.HOUR
    )
    asked = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def clean_length(self) -> Length:
        """Give the length itself."""
        return Length(self.cleaned_data["length"])


class AskForm(forms.Form):
    """What the helpdesk asks of a school."""

    reason = forms.ChoiceField(label=gettext_lazy("What for?"), choices=SupportReason.choices)
    ticket = forms.CharField(
        label=gettext_lazy("Number of the call"),
        max_length=20,
        validators=[RegexValidator(f"^{TICKET}$", gettext_lazy("Capitals, digits and dashes, such as HD-12345."))],
        help_text=gettext_lazy("The school sees it. No names."),
    )


class SearchForm(forms.Form):
    """Whom the helpdesk looks for, within one school."""

    q = forms.CharField(label=gettext_lazy("Name"), max_length=80)

    @property
    def query(self) -> str:
        """Give what was asked; empty when it cannot be read."""
        return str(self.cleaned_data.get("q", "")) if self.is_valid() else ""
