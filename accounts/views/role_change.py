"""Changing a role that somebody has: another last day, or another role in its place (product A4, A5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import permissions
from accounts.actions.staff import LastCoordinator, MayNotGive, RoleOver, change_role, givable_roles
from accounts.actions.tokens import RoleRunsAlready
from accounts.forms.roles import RoleChangeForm
from accounts.models import Role, RoleName
from accounts.views.staff_pages import LAST_ONE, note_look, row_of
from basispoort.lib.access import requires
from basispoort.lib.proof import require_fresh

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.staff_list import StaffRow
    from basispoort.lib.http import SchoolRequest


@requires(permissions.STAFF_MANAGE)
@require_http_methods(["GET", "POST"])
def role_change(request: SchoolRequest, school: str, role: UUID) -> HttpResponse:  # noqa: ARG001 - see above
    """Show a role with its last day, and change it."""
    found, row = _role_here(request, role)
    givable = givable_roles(request.user, request.school)
    if found.role not in givable or found.user_id == request.user.pk:
        raise PermissionDenied
    form = RoleChangeForm(givable, found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        name, ends_on = form.cleaned_data["role"], form.cleaned_data["ends_on"]
        if RoleName.ICT_COORDINATOR in {name, found.role}:
            require_fresh(request)
        try:
            change_role(school=request.school, role=found, name=name, ends_on=ends_on, acting_user=request.user)
        except MayNotGive:
            raise PermissionDenied from None
        except LastCoordinator:
            form.add_error(None, _(LAST_ONE))
        except RoleRunsAlready:
            form.add_error("role", _("%(name)s has this role already.") % {"name": row.name})
        except RoleOver:
            messages.info(request, _("This role had ended already."))
            return redirect("accounts:staff-person", request.school, row.id)
        else:
            messages.success(request, _("The role is changed. It counts at once."))
            return redirect("accounts:staff-person", request.school, row.id)
    if request.method == "GET":
        note_look(request)
    return render(request, "accounts/staff_pages/role_change.html", {"role": found, "row": row, "form": form})


def _role_here(request: SchoolRequest, role: UUID) -> tuple[Role, StaffRow]:
    """Give a role that runs or is to come here, and whose it is; raises Http404 for any other."""
    found = get_object_or_404(Role.objects.for_school(request.school).not_over().select_related("user"), pk=role)
    return found, row_of(request, found.user_id)
