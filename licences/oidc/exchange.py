"""What one OpenID Connect request is about, gathered while it is being judged."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from allauth.core import context

from basispoort.lib.tenancy import school_scope, schools_in_scope

if TYPE_CHECKING:
    from allauth.idp.oidc.models import Client

    from accounts.models import User
    from basispoort.lib.http import PortalRequest
    from licences.actions.access import Access
    from licences.actions.launch import Refused
    from licences.models import AuthorizationCode, Launch, Participant
    from licences.people import Visitor
    from schools.models import School

ATTRIBUTE = "oidc_exchange"


class NothingAgreed(Exception):
    """The identity provider was asked about a person outside a checked exchange."""


@dataclass(slots=True)
class Exchange:
    """The launch, its person and the decision; `refused` once the answer is no, `sub` once the pseudonym was said."""

    user: User | None = None
    client: Client | None = None
    participant: Participant | None = None
    launch: Launch | None = None
    code: AuthorizationCode | None = None
    access: Access | None = None
    refused: Refused | None = None
    token: str = field(default="", repr=False)
    sub: str = ""

    @property
    def visitor(self) -> Visitor:
        """The person, who was checked in this very request; raises NothingAgreed."""
        if self.access is None:
            raise NothingAgreed
        return self.access.visitor

    @property
    def fields(self) -> tuple[str, ...]:
        """The keys of the fields that may leave in this exchange; raises NothingAgreed."""
        if self.access is None or self.launch is None:
            raise NothingAgreed
        return self.access.fields(self.launch.material)


def begin(exchange: Exchange) -> Exchange:
    """Keep an exchange on the request that is being answered."""
    setattr(context.request, ATTRIBUTE, exchange)
    return exchange


def open_school(request: PortalRequest, school: School | int) -> None:
    """Let the database show a school until the request ends, as the door does where the address names the school."""
    if schools_in_scope() != (school if isinstance(school, int) else school.pk,):
        request.scope.enter_context(school_scope(school))


def current() -> Exchange:
    """Give the exchange of the request that is being answered; raises NothingAgreed when there is none."""
    found = getattr(context.request, ATTRIBUTE, None)
    if not isinstance(found, Exchange):
        raise NothingAgreed
    return found
