"""The field for an e-mail address to which the portal will mail."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.utils.encoding import punycode
from django.utils.translation import gettext_lazy as _


class MailAddressField(forms.EmailField):
    """One address that any mail server can be told: a domain with accents in its ASCII form, and before the @ none."""

    default_error_messages = {  # noqa: RUF012 - Django's own form
        "not_ascii": _("Mail cannot reach this address: it has letters with accents before the @."),
    }

    def clean(self, value: object) -> str:
        """Give the address as it is stored; raises ValidationError."""
        address = str(super().clean(value))
        if address.isascii():
            return address
        name, _at, domain = address.rpartition("@")
        if not name.isascii():
            raise ValidationError(self.error_messages["not_ascii"], code="not_ascii")
        return f"{name}@{punycode(domain)}"
