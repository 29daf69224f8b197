"""What the tests of mailed links set up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from accounts.actions.tokens import mail_link
from accounts.models import TokenPurpose
from basispoort.lib.models import OutgoingMail

if TYPE_CHECKING:
    from accounts.models import User

ADDRESS = "demo@voorbeeldschool.example"
ASK = "/wachtwoord-vergeten/"
CHOOSE = "/wachtwoord-kiezen/"
NEW = "Vis4kano8brug"
RESET = TokenPurpose.PASSWORD_RESET


def newest_mail() -> OutgoingMail:
    return OutgoingMail.objects.order_by("-created_at", "-pk")[0]


def mailed_path(user: User, purpose: TokenPurpose = RESET) -> str:
    """Mail a link and give its path."""
    before = set(OutgoingMail.objects.values_list("pk", flat=True))
    assert mail_link(user=user, purpose=purpose)
    mail = OutgoingMail.objects.exclude(pk__in=before).get()
    found = re.search(r"http://localhost:8000(/link/\S+)", str(mail.text))
    assert found
    return found[1]


def token_in(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[1]
