"""Invallers: giving a pass in under a minute, and ending it (product A7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import events, permissions
from accounts.actions.groups import groups_of
from accounts.actions.substitutes import GroupNotYours, NotForThisOne, PassTooLong, end_pass, give_pass
from accounts.forms.roles import PassForm
from accounts.models import Role, RoleName
from basispoort.audit import trail
from basispoort.lib.access import requires

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from accounts.models.role import RoleQuerySet
    from basispoort.lib.http import SchoolRequest


def passes_for(request: SchoolRequest) -> RoleQuerySet:
    """Give the passes that the user may see: all for a coordinator, else those given or for the own groups."""
    rows = Role.objects.for_school(request.school).not_over().filter(role=RoleName.SUBSTITUTE, until__isnull=False)
    if not request.user.has_perm(permissions.STAFF_MANAGE, request.school):
        own = groups_of(request.user, request.school)
        rows = rows.filter(Q(given_by=request.user) | Q(groups__group__in=own.values("pk"))).distinct()
    return rows.select_related("user").prefetch_related("groups__group").order_by("until", "pk")


@requires(permissions.SUBSTITUTE_GIVE)
@require_http_methods(["GET", "POST"])
def substitutes(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - the middleware found the school
    """Show the passes that run, and give one."""
    groups = list(groups_of(request.user, request.school, permissions.SUBSTITUTE_GIVE).in_order())
    form = PassForm(groups, request.POST or None, initial={"groups": [str(groups[0].pk)] if len(groups) == 1 else []})
    if request.method == "POST" and form.is_valid():
        values = {name: form.cleaned_data[name] for name in ("email", "first_name", "infix", "last_name")}
        try:
            give_pass(
                school=request.school,
                groups=form.group_ids(),
                since=form.cleaned_data["begins"],
                until=form.cleaned_data["ends"],
                acting_user=request.user,
                **values,
            )
        except PassTooLong:
            form.add_error(None, _("This pass cannot be given: check the day and the hours."))
        except NotForThisOne:
            form.add_error("email", _("A pass cannot be given to this address."))
        except GroupNotYours:
            form.add_error("groups", _("Choose groups of your own."))
        else:
            messages.success(
                request,
                _("The pass is ready. %(name)s gets a mail and can start at once.") % {"name": values["first_name"]},
            )
            return redirect("accounts:substitutes", request.school)
    passes = list(passes_for(request))
    trail.record(events.STAFF_VIEWED, school=request.school, acting_user=request.user, details={"people": len(passes)})
    return render(request, "accounts/staff_pages/substitutes.html", {"form": form, "passes": passes, "groups": groups})


@requires(permissions.SUBSTITUTE_GIVE)
@require_POST
def pass_end(request: SchoolRequest, school: str, role: UUID) -> HttpResponse:  # noqa: ARG001 - see above
    """End a pass at once."""
    found = get_object_or_404(passes_for(request), pk=role)
    end_pass(school=request.school, role=found, acting_user=request.user)
    messages.success(request, _("The pass is ended. It counts at once."))
    return redirect("accounts:substitutes", request.school)
