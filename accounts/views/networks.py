"""Netwerk: from which addresses the school's pupils sign in (product S12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import permissions
from accounts.actions.networks import (
    NetworkKnown,
    TooManyNetworks,
    add_network,
    remove_network,
    rename_network,
)
from accounts.forms.networks import NameForm, NetworkForm
from accounts.models import NetworkRange
from accounts.networks import is_inside, line_of
from basispoort.lib.access import requires
from basispoort.lib.address import whole_address

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.networks import Network
    from basispoort.lib.http import SchoolRequest


def _here(request: SchoolRequest) -> Network | None:
    """Give the network of the visitor's own line; None where the portal does not know it."""
    address = whole_address(request)
    return line_of(address) if address is not None else None


@require_http_methods(["GET", "HEAD", "POST"])
@requires(permissions.SCHOOL_DOOR)
def networks(request: SchoolRequest, school: str) -> HttpResponse:
    """Show the school's networks and where the visitor is now; add one."""
    here = _here(request)
    # A portal that runs inside the building sees inside addresses: then they are the right ones.
    form = NetworkForm(request.POST or None, inside=here is not None and is_inside(here))
    if request.method == "POST" and form.is_valid() and _add(request, form):
        messages.success(request, _("The network is added."))
        return redirect("accounts:networks", school)
    rows = list(NetworkRange.objects.for_school(request.school).select_related("added_by").order_by("network"))
    now_at = next(
        (row for row in rows if here and row.network.version == here.version and row.network.overlaps(here)), None
    )
    context = {
        "networks": rows,
        "here": here,
        "address": whole_address(request),
        "now_at": now_at,
        "inside": here is not None and is_inside(here),
        "form": form,
    }
    return render(request, "accounts/networks/networks.html", context)


def _add(request: SchoolRequest, form: NetworkForm) -> bool:
    try:
        add_network(
            school=request.school,
            network=form.cleaned_data["network"],
            name=form.cleaned_data["name"],
            acting_user=request.user,
        )
    except NetworkKnown as known:
        there = {"network": known.there.network, "name": known.there.name}
        form.add_error("network", _("This overlaps %(network)s (%(name)s), which is there already.") % there)
    except TooManyNetworks:
        form.add_error("network", _("There are fifty networks. Remove one first."))
    else:
        return True
    return False


@require_http_methods(["GET", "HEAD", "POST"])
@requires(permissions.SCHOOL_DOOR)
def network(request: SchoolRequest, school: str, network: UUID) -> HttpResponse:
    """Rename a network."""
    found = get_object_or_404(NetworkRange.objects.for_school(request.school), pk=network)
    form = NameForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        rename_network(school=request.school, network=found, name=name, acting_user=request.user)
        messages.success(request, _("Saved."))
        return redirect("accounts:networks", school)
    last = NetworkRange.objects.for_school(request.school).count() == 1
    return render(request, "accounts/networks/network.html", {"network": found, "form": form, "last": last})


@require_POST
@requires(permissions.SCHOOL_DOOR)
def remove(request: SchoolRequest, school: str, network: UUID) -> HttpResponse:
    """Remove a network."""
    found = get_object_or_404(NetworkRange.objects.for_school(request.school), pk=network)
    remove_network(school=request.school, network=found, acting_user=request.user)
    messages.success(request, _("The network is removed."))
    return redirect("accounts:networks", school)
