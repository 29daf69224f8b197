"""Medewerkers: who works here, with which roles, and what a coordinator does about it (product A4, A5)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import events, permissions
from accounts.actions.factor_reset import open_resets
from accounts.actions.staff import (
    AnnouncedAlready,
    LastCoordinator,
    MayNotGive,
    NotThisAddress,
    RoleOver,
    announce_leave,
    end_role,
    givable_roles,
    give_role,
    invite,
    resend_invitation,
)
from accounts.actions.staff_check import last_check
from accounts.actions.tokens import RoleRunsAlready
from accounts.forms.roles import ExportForm, InviteForm, ResetForm, RoleForm
from accounts.models import FactorReset, Role, RoleName
from accounts.staff_list import StaffRow, staff_of, without_account
from basispoort.audit import trail
from basispoort.lib.access import requires
from basispoort.lib.proof import require_fresh
from schools.models import StaffMember

if TYPE_CHECKING:
    from basispoort.lib.http import SchoolRequest

ROWS_A_PAGE = 50
LAST_ONE = gettext_noop(
    "Nobody else stays ICT coordinator for as long. Give a colleague this role first; then you can end this one."
)


def row_of(request: SchoolRequest, user: UUID) -> StaffRow:
    """Give one person at the school; raises Http404 for anybody else."""
    rows = staff_of(request.school, user=user)
    if not rows:
        raise Http404
    return rows[0]


def _page_number(request: SchoolRequest) -> int:
    text = request.GET.get("page", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1


@requires(permissions.STAFF_VIEW)
@require_safe
def staff(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - the middleware found the school
    """List everyone who works here, and who of the roster has no account yet."""
    rows = staff_of(request.school)
    trail.record(events.STAFF_VIEWED, school=request.school, acting_user=request.user, details={"people": len(rows)})
    manages = request.user.has_perm(permissions.STAFF_MANAGE, request.school)
    facts = {
        "page": Paginator(rows, ROWS_A_PAGE).get_page(_page_number(request)),
        "missing": without_account(request.school) if manages else [],
        "manages": manages,
        "may_give_pass": request.user.has_perm(permissions.SUBSTITUTE_GIVE, request.school),
        "coordinators": len({row.id for row in rows for role in row.roles if role.role == RoleName.ICT_COORDINATOR}),
        "export": ExportForm(),
        "checked": last_check(request.school),
    }
    return render(request, "accounts/staff_pages/staff.html", facts)


@requires(permissions.STAFF_MANAGE)
@require_http_methods(["GET", "POST"])
def staff_invite(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - the middleware found the school
    """Invite somebody, from the roster or not."""
    roles = givable_roles(request.user, request.school)
    known = _named_in_roster(request)
    form = InviteForm(roles, request.POST or None, initial=_initial(known))
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        if values["role"] == RoleName.ICT_COORDINATOR:
            require_fresh(request)
        try:
            invite(school=request.school, staff_member=known, acting_user=request.user, **values)
        except MayNotGive:
            raise PermissionDenied from None
        except NotThisAddress:
            form.add_error("email", _("No role can be given to this address. Ask for another one."))
        except RoleRunsAlready:
            form.add_error("starts_on", _("This person had this role then already. Choose a later first day."))
        else:
            messages.success(request, _("%(name)s is invited by mail.") % {"name": values["first_name"]})
            return redirect("accounts:staff", request.school)
    return render(request, "accounts/staff_pages/invite.html", {"form": form, "known": known})


def _named_in_roster(request: SchoolRequest) -> StaffMember | None:
    named = request.GET.get("medewerker") or request.POST.get("medewerker")
    if not named:
        return None
    try:
        public_id = UUID(named)
    except ValueError:
        raise Http404 from None
    return get_object_or_404(StaffMember.objects.for_school(request.school).present(), public_id=public_id)


def _initial(known: StaffMember | None) -> dict[str, str]:
    if known is None:
        return {}
    facts = {name: getattr(known, name) for name in ("first_name", "infix", "last_name")}
    return facts | {"email": str(known.email or ""), "role": RoleName.TEACHER}


@requires(permissions.STAFF_VIEW)
@require_safe
def staff_person(request: SchoolRequest, school: str, user: UUID) -> HttpResponse:  # noqa: ARG001 - see above
    """Show one person with the roles here, and what can be done."""
    givable = givable_roles(request.user, request.school)
    return _person_page(request, row_of(request, user), RoleForm(givable))


def _person_page(request: SchoolRequest, row: StaffRow, role_form: RoleForm) -> HttpResponse:
    own = row.id == request.user.pk
    note_look(request)
    resets = (
        FactorReset.objects.for_school(request.school).filter(user=row.id).select_related("asked_by", "confirmed_by")
    )
    facts = {
        "row": row,
        "own": own,
        "manages": request.user.has_perm(permissions.STAFF_MANAGE, request.school) and not own,
        "may_reset": request.user.has_perm(permissions.FACTOR_RESET, request.school) and not own,
        "givable": set(givable_roles(request.user, request.school)) | {RoleName.SUBSTITUTE},
        "role_form": role_form,
        "reset_form": ResetForm(),
        "open_reset": open_resets(request.school).filter(user=row.id).select_related("asked_by").first(),
        "late_reset": resets.filter(confirmed_at__gt=timezone.now() - timedelta(days=1)).first(),
    }
    return render(request, "accounts/staff_pages/person.html", facts)


def note_look(request: SchoolRequest) -> None:
    """Write down that somebody looked at one person."""
    trail.record(events.STAFF_VIEWED, school=request.school, acting_user=request.user, details={"people": 1})


@requires(permissions.STAFF_MANAGE)
@require_POST
def role_give(request: SchoolRequest, school: str, user: UUID) -> HttpResponse:  # noqa: ARG001 - see above
    """Give somebody who works here another role."""
    row = row_of(request, user)
    form = RoleForm(givable_roles(request.user, request.school), request.POST)
    if not form.is_valid():
        return _person_page(request, row, form)
    if form.cleaned_data["role"] == RoleName.ICT_COORDINATOR:
        require_fresh(request)
    try:
        give_role(school=request.school, user=row.roles[0].user, acting_user=request.user, **form.cleaned_data)
        messages.success(request, _("The role is given."))
    except MayNotGive:
        raise PermissionDenied from None
    except RoleRunsAlready:
        form.add_error("role", _("%(name)s has this role already.") % {"name": row.name})
        return _person_page(request, row, form)
    return redirect("accounts:staff-person", request.school, row.id)


@requires(permissions.STAFF_MANAGE)
@require_http_methods(["GET", "POST"])
def role_end(request: SchoolRequest, school: str, role: UUID) -> HttpResponse:  # noqa: ARG001 - see above
    """Say what ending a role does, and end it when that is confirmed, at once."""
    found = get_object_or_404(Role.objects.for_school(request.school).select_related("user"), pk=role)
    if request.method == "GET":
        return _ask_role_end(request, found)
    if found.role == RoleName.ICT_COORDINATOR:
        require_fresh(request)
    try:
        end_role(school=request.school, role=found, acting_user=request.user)
        messages.success(request, _("The role is ended. It counts at once."))
    except MayNotGive:
        raise PermissionDenied from None
    except LastCoordinator:
        messages.error(request, _(LAST_ONE))
    except RoleOver:
        messages.info(request, _("This role had ended already."))
    if staff_of(request.school, user=found.user_id):
        return redirect("accounts:staff-person", request.school, found.user_id)
    return redirect("accounts:staff", request.school)


def _ask_role_end(request: SchoolRequest, role: Role) -> HttpResponse:
    row = row_of(request, role.user_id)
    if role.pk not in {one.pk for one in row.roles}:
        messages.info(request, _("This role had ended already."))
        return redirect("accounts:staff-person", request.school, row.id)
    note_look(request)
    others = [one for one in row.roles if one.pk != role.pk]
    return render(request, "accounts/staff_pages/role_end.html", {"role": role, "row": row, "others": others})


@requires(permissions.STAFF_MANAGE)
@require_POST
def invitation_resend(request: SchoolRequest, school: str, user: UUID) -> HttpResponse:  # noqa: ARG001 - see above
    """Mail the invitation again."""
    row = row_of(request, user)
    if resend_invitation(school=request.school, user=row.roles[0].user, acting_user=request.user):
        messages.success(request, _("The invitation is on its way again."))
    else:
        messages.error(request, _("Enough links are on their way. Let them look in the spam folder, or wait an hour."))
    return redirect("accounts:staff-person", request.school, row.id)


@requires(permissions.STAFF_MANAGE)
@require_POST
def leave(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - see above
    """Announce that one wants to stop as coordinator."""
    try:
        is_last = announce_leave(school=request.school, acting_user=request.user)
    except AnnouncedAlready:
        messages.info(request, _("They were told this week already. Nothing was sent again."))
        return redirect("accounts:staff", request.school)
    if is_last:
        messages.warning(
            request, _("You are the last ICT coordinator. Your board is told; your role stays until there is another.")
        )
    else:
        messages.success(request, _("Your colleagues are told. One of them can end your role."))
    return redirect("accounts:staff", request.school)
