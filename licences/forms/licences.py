"""Forms about licences and assignments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from licences.models import LearningMaterial

if TYPE_CHECKING:
    from collections.abc import Sequence

    from licences.models import Licence
    from schools.models import Group

STAFF = "staff"
MOST_SEATS = 100_000


class DateInput(forms.DateInput):
    """A date that the browser helps with."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class LicenceTermsForm(forms.Form):
    """Until when a licence runs and for how many pupils."""

    valid_until = forms.DateField(
        label=_("Valid until and including"), required=False, widget=DateInput, help_text=_("Empty: without an end.")
    )
    seats = forms.IntegerField(
        label=_("Seats for pupils"),
        required=False,
        min_value=1,
        max_value=MOST_SEATS,
        help_text=_("Empty: for every pupil of the school."),
    )
    valid_from_day: Any = None

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start."""
        values = super().clean() or self.cleaned_data
        start, end = values.get("valid_from") or self.valid_from_day, values.get("valid_until")
        if start and end and end < start:
            self.add_error("valid_until", _("A licence ends on or after the day it starts."))
        return values


class LicenceForm(LicenceTermsForm):
    """A licence as the coordinator enters it."""

    material = forms.ModelChoiceField(
        queryset=LearningMaterial.objects.to_open().select_related("participant"), label=_("Material")
    )
    valid_from = forms.DateField(label=_("Valid from"), widget=DateInput, initial=timezone.localdate)
    # Given out with the form: sent twice, by a double click or a browser that tries again, it is one licence.
    number = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4, required=False)
    field_order = ("material", "valid_from", "valid_until", "seats", "number")


class MatrixForm(forms.Form):
    """The ticks of licences by groups: each tick names a licence and a group, or all staff."""

    ticked = forms.MultipleChoiceField(required=False)

    def __init__(self, data: Any, *, licences: Sequence[Licence], groups: Sequence[Group]) -> None:  # noqa: ANN401 - a form's data
        super().__init__(data)
        columns = [str(group.pk) for group in groups] + [STAFF]
        ticked = self.fields["ticked"]
        assert isinstance(ticked, forms.MultipleChoiceField)
        ticked.choices = [(name, name) for name in (f"{one.pk}:{column}" for one in licences for column in columns)]

    def chosen(self, licence: Licence) -> tuple[set[UUID], bool]:
        """Give the groups that are ticked for a licence, and whether all staff is."""
        prefix = f"{licence.pk}:"
        columns = {name.removeprefix(prefix) for name in self.cleaned_data["ticked"] if name.startswith(prefix)}
        return {UUID(column) for column in columns - {STAFF}}, STAFF in columns
