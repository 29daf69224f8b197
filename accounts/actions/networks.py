"""Adding, renaming and removing the networks of a school (product S12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accounts import events
from accounts.models import NetworkRange
from accounts.networks import overlap
from basispoort.audit import trail
from schools.models import School

if TYPE_CHECKING:
    from accounts.models import User
    from accounts.networks import Network

MOST = 50


class NetworkKnown(Exception):
    """A network overlaps one of the school; `there` is that one."""

    def __init__(self, there: NetworkRange) -> None:
        super().__init__(str(there.pk))
        self.there = there


class TooManyNetworks(Exception):
    """The school holds as many networks as it can."""


def add_network(*, school: School, network: Network, name: str, acting_user: User) -> NetworkRange:
    """Add a network; from now on pupils elsewhere take one step more.

    Raises NetworkKnown when it overlaps one that is there, and TooManyNetworks beyond fifty.
    """
    # The school's row is held, so that two at once see each other.
    School.objects.select_for_update(no_key=True).get(pk=school.pk)
    known = list(NetworkRange.objects.for_school(school))
    for each in known:
        if overlap(each.network, network):
            raise NetworkKnown(each)
    if len(known) >= MOST:
        raise TooManyNetworks
    added = NetworkRange.objects.create(school=school, network=network, name=name, added_by=acting_user)
    details = {"network": str(network)}
    trail.record(events.NETWORK_ADDED, school=school, acting_user=acting_user, target=added, details=details)
    return added


def rename_network(*, school: School, network: NetworkRange, name: str, acting_user: User) -> None:
    """Give a network another name."""
    network.name = name
    network.save(update_fields=["name"])
    trail.record(events.NETWORK_RENAMED, school=school, acting_user=acting_user, target=network)


def remove_network(*, school: School, network: NetworkRange, acting_user: User) -> None:
    """Remove a network; without any, the school's link suffices again from everywhere."""
    details = {"network": str(network.network)}
    trail.record(events.NETWORK_REMOVED, school=school, acting_user=acting_user, target=network, details=details)
    network.delete()
