"""`manage.py portal_staff`: who works in the back office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.core.validators import validate_email

from accounts.actions.portal_staff import OWN_ROLES, NotOurs, end_portal_staff, invite_portal_staff

if TYPE_CHECKING:
    from django.core.management import CommandParser


class Command(BaseCommand):
    """Invites somebody of the portal's own people, or ends what they may."""

    help = "Invite somebody to the back office by mail, or end the roles of somebody there."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take an address, and who it is or --end."""
        parser.add_argument("email")
        parser.add_argument("--first-name", default="")
        parser.add_argument("--infix", default="")
        parser.add_argument("--last-name", default="")
        parser.add_argument("--role", choices=[str(role) for role in OWN_ROLES], default=str(OWN_ROLES[0]))
        parser.add_argument("--end", action="store_true", help="end all roles of this person at once")

    def handle(self, *_args: Any, email: str, **options: Any) -> None:  # noqa: ANN401 - Django's own form
        """Do it and say what was done."""
        if options["end"]:
            self.stdout.write(f"{end_portal_staff(email=email)} role(s) ended.")
            return
        if not settings.BACK_OFFICE_HOST:
            message = "There is no back office: set BACK_OFFICE_HOST first."
            raise CommandError(message)
        names = {name: options[name] for name in ("first_name", "infix", "last_name")}
        try:
            validate_email(email)
            invite_portal_staff(email=email, role=options["role"], **names)
        except ValidationError:
            message = "That is no e-mail address."
            raise CommandError(message) from None
        except NotOurs:
            message = "That address belongs to somebody at a school; use another one for the back office."
            raise CommandError(message) from None
        self.stdout.write("Invited: a link is on its way by mail.")
