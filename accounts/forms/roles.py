"""Forms about staff and their roles."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms.addresses import MailAddressField
from accounts.models import ExportReason, ResetReason, RoleName

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import Role
    from schools.models import Group

DATE = {"type": "date"}


def role_choices(roles: Sequence[RoleName]) -> list[tuple[str, Any]]:
    """Give roles as choices."""
    return [(role.value, role.label) for role in roles]


class RoleForm(forms.Form):
    """A role and its days."""

    role = forms.ChoiceField(label=_("Role"))
    starts_on = forms.DateField(label=_("First day"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Leave empty when it is not known yet."),
        widget=forms.DateInput(DATE, format="%Y-%m-%d"),
    )

    def __init__(self, roles: Sequence[RoleName], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own form
        super().__init__(*args, **kwargs)
        field = self.fields["role"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = role_choices(roles)
        self.initial.setdefault("starts_on", timezone.localdate())

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start, or in the past."""
        values = super().clean() or {}
        start, end = values.get("starts_on"), values.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", _("The last day lies before the first."))
        elif end and end < timezone.localdate():
            self.add_error("ends_on", _("This day is over."))
        return values


class RoleChangeForm(RoleForm):
    """Another role, or another last day, for somebody who works here."""

    starts_on = None  # type: ignore[assignment]  # Django's way to leave a field out

    def __init__(self, roles: Sequence[RoleName], role: Role, *args: Any) -> None:  # noqa: ANN401 - Django's own form
        super().__init__(roles, *args, initial={"role": role.role, "ends_on": role.ends_on})
        self.first_day = role.starts_on

    def clean(self) -> dict[str, Any]:
        """Refuse an end before the start, or in the past."""
        values = super().clean()
        end = values.get("ends_on")
        if end and end < self.first_day and not self.errors:
            self.add_error("ends_on", _("The last day lies before the first."))
        return values


class PersonForm(forms.Form):
    """Name and address of somebody to invite."""

    first_name = forms.CharField(label=_("First name"), max_length=100)
    infix = forms.CharField(label=_("Infix"), max_length=20, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=100)
    email = MailAddressField(label=_("E-mail address"), max_length=254, help_text=_("The invitation goes to it."))


class InviteForm(RoleForm, PersonForm):
    """Somebody to invite, with a role."""

    field_order = ("first_name", "infix", "last_name", "email", "role", "starts_on", "ends_on")


class PassForm(PersonForm):
    """A pass for a substitute: who, which groups, until when."""

    groups = forms.MultipleChoiceField(label=_("Groups"), widget=forms.CheckboxSelectMultiple)
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(DATE, format="%Y-%m-%d"))
    since = forms.TimeField(label=_("From"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    until = forms.TimeField(label=_("Until"), widget=forms.TimeInput({"type": "time"}, format="%H:%M"))
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Only for more than one day; at most a month."),
        widget=forms.DateInput(DATE, format="%Y-%m-%d"),
    )

    def __init__(self, groups: Sequence[Group], *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own form
        super().__init__(*args, **kwargs)
        field = self.fields["groups"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(str(group.pk), group.name) for group in groups]
        now = timezone.localtime()
        self.initial.setdefault("day", now.date())
        self.initial.setdefault("since", time(now.hour, 0))
        self.initial.setdefault("until", time(16, 0) if now.hour < 16 else time(23, 0))

    def clean(self) -> dict[str, Any]:
        """Give the two moments, in the Netherlands' time."""
        values = super().clean() or {}
        if {"day", "since", "until"} <= values.keys():
            last_day = values.get("last_day") or values["day"]
            zone = timezone.get_current_timezone()
            values["begins"] = datetime.combine(values["day"], values["since"], zone)
            values["ends"] = datetime.combine(last_day, values["until"], zone)
            if values["ends"] <= values["begins"]:
                raise ValidationError(_("The pass ends before it starts. Check the day and the hours."))
            if values["ends"] <= timezone.now():
                raise ValidationError(_("This moment is over. Choose a later one."))
            if values["ends"] - values["begins"] > timedelta(days=31):
                self.add_error("last_day", _("A pass lasts a month at most. Give a role for longer."))
        return values

    def group_ids(self) -> list[UUID]:
        """Give the chosen groups."""
        return [UUID(one) for one in self.cleaned_data["groups"]]


class ResetForm(forms.Form):
    """Why a second step is renewed."""

    reason = forms.ChoiceField(label=_("Reason"), choices=ResetReason.choices)


class ExportForm(forms.Form):
    """What a list is needed for; a choice, so that no name lands in the trail."""

    reason = forms.ChoiceField(
        label=_("What do you need the list for?"),
        choices=ExportReason.choices,
    )


class BoardExportForm(forms.Form):
    """What somebody of the board needs a list for; a choice, as above."""

    reason = forms.ChoiceField(
        label=_("What do you need the list for?"),
        choices=(("board", _("the board's yearly check")), ("audit", _("an audit or inspection"))),
    )
