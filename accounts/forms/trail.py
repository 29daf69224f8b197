"""What a reader of the trail asks for."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms.roles import DATE
from basispoort.audit.events import all_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator


FIRST_YEAR, LAST_YEAR = 2000, 2200


def _choices() -> Iterator[tuple[str, Any]]:
    yield "", _("everything")
    yield from sorted(all_sentences().items(), key=lambda one: str(one[1]))


class TrailForm(forms.Form):
    """Period, kind of event, and refusals only; what cannot be read counts as not asked."""

    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(DATE, format="%Y-%m-%d"))
    until = forms.DateField(
        label=_("Up to and including"), required=False, widget=forms.DateInput(DATE, format="%Y-%m-%d")
    )
    event = forms.ChoiceField(label=_("What"), required=False, choices=_choices)
    refused = forms.BooleanField(label=_("Only what did not succeed"), required=False)

    def asked(self) -> dict[str, Any]:
        """Give the moments and the rest as the list wants them."""
        self.is_valid()
        values = self.cleaned_data
        since, until = _sensible(values.get("since")), _sensible(values.get("until"))
        return {
            "since": _midnight(since) if since else None,
            "until": _midnight(until + timedelta(days=1)) if until else None,
            "event": values.get("event", ""),
            "refused": bool(values.get("refused")),
        }


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, timezone.get_current_timezone())


def _sensible(day: date | None) -> date | None:
    """Give a day on which there may be entries; before the portal was there, or long after today, is not asked."""
    return day if day is not None and FIRST_YEAR <= day.year <= LAST_YEAR else None
