"""Forms of staff: signing in, the own account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.challenges.desk import Purpose
from accounts.forms.addresses import MailAddressField
from accounts.models.role import roles_to_come
from accounts.passwords import check_rules, check_strength, normal_password

if TYPE_CHECKING:
    from accounts.models import User


class PasswordField(forms.CharField):
    """A password exactly as typed: never stripped, never cut off, without a `maxlength` (SR-A01)."""

    def __init__(self, *, autocomplete: str, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own form
        super().__init__(strip=False, widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}), **kwargs)


class SignInForm(forms.Form):
    """Address and password."""

    email = forms.CharField(
        label=_("E-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True}),
    )
    password = PasswordField(label=_("Password"), autocomplete="current-password")
    shared = forms.BooleanField(
        label=_("Others use this computer too"),
        help_text=_("Then it forgets you: it signs you out after ten minutes without use, and keeps nothing of you."),
        required=False,
    )

    def __init__(self, *args: Any, is_shared: bool = False, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own form
        super().__init__(*args, **kwargs)
        self.fields["shared"].initial = is_shared
        if is_shared:
            # What browsers fill in by themselves would be another's, or be read by the next one.
            for name in ("email", "password"):
                self.fields[name].widget.attrs["autocomplete"] = "off"


class ProfileForm(forms.Form):
    """The name on screen and the language."""

    first_name = forms.CharField(label=_("First name"), max_length=100)
    infix = forms.CharField(label=_("Infix"), max_length=20, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=100)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)


class AddressForm(forms.Form):
    """One plain address; never a list, a name with it, or a line break (SR-C07)."""

    email = MailAddressField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )


class ChoosePasswordForm(forms.Form):
    """A new password, which must keep the rules."""

    new = PasswordField(
        label=_("New password"),
        autocomplete="new-password",
        help_text=_("8 to 20 characters, with at least one letter and one digit."),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - Django's own form
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_new(self) -> str:
        """Refuse a password that breaks a rule or is guessed at once."""
        new = normal_password(self.cleaned_data["new"])
        check_rules(new)
        roles = roles_to_come(self.user.pk)
        places = [place for role in roles if role.school for place in (role.school.name, role.school.city)]
        boards = [str(role.board) for role in roles if role.board]
        short_name = f"{self.user.first_name} {self.user.last_name}"
        check_strength(new, [self.user.full_name, short_name, str(self.user.email), *places, *boards])
        return new


class NewPasswordForm(ChoosePasswordForm):
    """The present password and a new one."""

    current = PasswordField(label=_("Present password"), autocomplete="current-password")
    field_order = ("current", "new")

    def clean_current(self) -> str:
        """Refuse a wrong present password."""
        current = normal_password(self.cleaned_data["current"])
        if not self.user.check_password(current):
            raise ValidationError(_("This is not your present password."))
        return current


class HandInForm(forms.Form):
    """A challenge that a page's script hands in: before what, and for which address if one is typed already."""

    purpose = forms.ChoiceField(choices=[(purpose, purpose) for purpose in Purpose])
    email = forms.CharField(required=False, max_length=254)


class LanguageForm(forms.Form):
    """The language of the screen."""

    language = forms.ChoiceField(choices=settings.LANGUAGES)
    next = forms.CharField(required=False, max_length=500)


class SwitchForm(forms.Form):
    """The school or board that somebody switches to."""

    kind = forms.ChoiceField(choices=(("school", "school"), ("board", "board")))
    code = forms.CharField(max_length=12)


class CheckForm(forms.Form):
    """The list that was on the screen when somebody of the board checked it."""

    seen = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


class PageForm(forms.Form):
    """Which page of a list."""

    page = forms.IntegerField(min_value=1, max_value=99_999, required=False)

    def number(self) -> int:
        """Give the page asked for; the first one for anything senseless."""
        return (self.is_valid() and self.cleaned_data["page"]) or 1
