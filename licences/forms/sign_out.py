"""What a publisher sends along when it asks to sign somebody out (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

from typing import Any

from allauth.idp.oidc.forms import RPInitiatedLogoutForm
from allauth.idp.oidc.models import Client


class SignOutForm(RPInitiatedLogoutForm):
    """allauth's fields; which client asks is read from an ID token of ours, or from its name where it shows none.

    Nothing is ever refused: what does not hold is not used. An ID token and a name that contradict each other name
    nobody, and where to return to is the view's to compare with what is registered (SR-F07).
    """

    def clean(self) -> dict[str, Any]:
        """Add `client`, with its participant, or None."""
        values: dict[str, Any] = self.cleaned_data
        name, audience = values.get("client_id"), (values.get("id_token_hint") or {}).get("aud")
        rows = Client.objects.select_related("participant")
        agree = not (name and audience) or name == audience
        values["client"] = rows.filter(pk=name or audience).first() if agree else None
        return values
