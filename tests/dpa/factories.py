"""What the tests of agreements set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils import timezone

from basispoort.lib.tenancy import school_transaction
from dpa.actions.accept import accept_agreement, offer_on
from dpa.actions.documents import load_documents

if TYPE_CHECKING:
    from accounts.models import User
    from dpa.models import Acceptance
    from schools.models import School


def accept(school: School, user: User) -> Acceptance:
    """Let a delegate of the school accept what is in force today."""
    load_documents()
    with school_transaction(school):
        return accept_agreement(school=school, acting_user=user, sha256=offer_on(timezone.localdate()).sha256)
