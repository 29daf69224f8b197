"""A group and its pupils, as the address of a teacher's page names them; what the visitor does not see is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.actions.groups import group_seen
from accounts.names import pupil_tiles
from schools.models import Pupil
from schools.models.pupil import pupils_in

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from basispoort.lib.http import SchoolRequest
    from schools.models import Group


def group_or_404(request: SchoolRequest, group: UUID, right: str) -> Group:
    """Give a group where the user has the right of the page; raises Http404 for any other, of this school or not."""
    found = group_seen(request.user, request.school, group, right)
    if found is None:
        raise Http404
    return found


def home_group_or_404(request: SchoolRequest, group: UUID, right: str) -> Group:
    """Give a group in which pupils are at home all day; raises Http404 for a subgroup as well."""
    found = group_or_404(request, group, right)
    if found.is_subgroup:
        raise Http404
    return found


def pupil_or_404(group: Group, pupil: UUID) -> Pupil:
    """Give a present pupil of the group, a subgroup's too; raises Http404 for any other."""
    return get_object_or_404(pupils_in(group), public_id=pupil)


def names_on_tiles(pupils: Sequence[Pupil]) -> dict[int, str]:
    """Give the name that each pupil finds on the tile, among those of the same home group: two Sams take their own."""
    if not pupils:
        return {}
    rooms: dict[UUID | None, list[Pupil]] = {}
    homes = {pupil.home_group_id for pupil in pupils}
    for pupil in Pupil.objects.for_school(pupils[0].school_id).present().filter(home_group__in=homes).by_name():
        rooms.setdefault(pupil.home_group_id, []).append(pupil)
    homeless = [pupil for pupil in pupils if pupil.home_group_id is None]
    return {tile.pupil.pk: tile.name for room in [*rooms.values(), homeless] for tile in pupil_tiles(room)}
