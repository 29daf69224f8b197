"""Ways to sign in with a school account, where the portal has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from accounts.models import SchoolAccount, User
from accounts.models.school_account import AccountProvider
from accounts.school_accounts import offered

if TYPE_CHECKING:
    from django.template import Context

register = template.Library()


@register.inclusion_tag("accounts/staff/_school_accounts.html", takes_context=True)
def school_accounts(context: Context) -> dict[str, object]:
    """Give the providers there are; to who is signed in, with the account that is linked."""
    user = context.get("user")
    signed_in = isinstance(user, User)
    linked = {one.provider: one for one in SchoolAccount.objects.filter(user=user)} if signed_in and offered() else {}
    return {
        "signed_in": signed_in,
        "ways": [(name, AccountProvider(name).label, linked.get(name)) for name in offered()],
        "next": context.get("next", ""),
        "csrf_token": context.get("csrf_token"),
    }
