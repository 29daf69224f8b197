"""Registering a participant's sign-in interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from allauth.idp.oidc.models import Client
from django.contrib.auth.hashers import make_password
from django.db import transaction

from basispoort.audit import trail
from licences import events
from licences.addresses import check_called_address, check_outside_address
from licences.models.participant import secret_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accounts.models import User
    from licences.models import Participant

SECRETS_AT_ONCE = 2
# allauth's own column opens nothing: the participant's hashes are asked instead.
UNUSABLE = make_password(None)


def connect_participant(  # noqa: PLR0913 - an interface is all of these together
    *,
    participant: Participant,
    client_id: str,
    secret: str,
    redirect_uris: Sequence[str],
    initiate_login_uri: str,
    post_logout_redirect_uris: Sequence[str] = (),
    backchannel_logout_uri: str = "",
    acting_user: User | None = None,
) -> Client:
    """Register where a participant takes sign-ins and how it proves itself; a second time changes it.

    Of the secret only a hash is kept. The one before stays valid beside it, so that it can be changed without a gap;
    an older one ends (SR-F08). Raises ValidationError for an address that is not allowed.
    """
    for address in (*redirect_uris, *post_logout_redirect_uris, initiate_login_uri):
        check_outside_address(address)
    if backchannel_logout_uri:
        check_called_address(backchannel_logout_uri)
    with transaction.atomic():
        client, _ = Client.objects.get_or_create(id=client_id, defaults={"name": participant.name[:100]})
        client.set_scopes(["openid"])
        client.set_default_scopes(["openid"])
        client.set_redirect_uris(list(redirect_uris))
        client.set_post_logout_redirect_uris(list(post_logout_redirect_uris))
        client.type = Client.Type.CONFIDENTIAL
        client.secret = UNUSABLE
        client.skip_consent = True
        client.save()
        participant.client = client
        participant.initiate_login_uri = initiate_login_uri
        participant.backchannel_logout_uri = backchannel_logout_uri
        hashes = [secret_hash(secret), *participant.secret_hashes]
        participant.secret_hashes = list(dict.fromkeys(hashes))[:SECRETS_AT_ONCE]
        participant.save(update_fields=["client", "initiate_login_uri", "backchannel_logout_uri", "secret_hashes"])
        trail.record(events.CONNECTED, school=None, acting_user=acting_user, target=participant)
    return client
