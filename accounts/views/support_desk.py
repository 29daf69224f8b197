"""The helpdesk at one school: asking to look, and within a grant searching, opening pages, looking along (SR-B07)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import events
from accounts.actions.support import AskedAlready, CanLookAlready, NobodyToAsk, ask_support, count_search, running_grant
from accounts.actions.watching import stop_watching, watch_pupil, watch_staff
from accounts.failures import TooManyTries
from accounts.forms.support import AskForm, SearchForm
from accounts.kept import keep, kept
from accounts.models import RoleName
from accounts.permissions import SUPPORT_LOOK
from accounts.support_desk import is_long_enough, pupil_page, roster_page, search, staff_page
from accounts.watching import NotWithThisOne
from basispoort.audit import trail
from basispoort.lib.access import back_office, fresh, within_grant
from basispoort.lib.tenancy import school_scope
from basispoort.web.errors import not_found
from schools.models import School

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import Model
    from django.http import HttpResponse

    from accounts.models import SupportGrant
    from basispoort.lib.http import SchoolRequest, StaffRequest

SEARCHED = "support_search"
LONGEST_KEPT = 200


@back_office(SUPPORT_LOOK)
@require_POST
def ask(request: StaffRequest, school: str) -> HttpResponse:
    """Ask a school to let the helpdesk look."""
    found = get_object_or_404(School, code=school)
    form = AskForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose what for, and give the number of the call: capitals, digits and dashes."))
        return redirect("admin:schools_school_page", found)
    try:
        with school_scope(found):
            ask_support(school=found, acting_user=request.user, **form.cleaned_data)
        messages.success(request, _("Asked. The ICT coordinators of the school have a mail."))
    except CanLookAlready:
        messages.info(request, _("This school lets the helpdesk look already."))
    except AskedAlready:
        messages.info(request, _("The school was asked already. Wait for its answer, or ring."))
    except NobodyToAsk:
        messages.error(request, _("This school has no ICT coordinator now: nobody can let you look."))
    return redirect("admin:schools_school_page", found)


def _grant(request: SchoolRequest) -> SupportGrant:
    """Give the grant that the door found a moment ago; raises Http404 when it ended in between."""
    grant = running_grant(request.school)
    if grant is None:
        raise Http404
    return grant


def _note(request: SchoolRequest, event: str, target: Model | None = None, **details: int) -> None:
    trail.record(
        event,
        school=request.school,
        acting_user=request.user,
        target=target,
        role=RoleName.HELPDESK,
        details=details,
    )


def _nobody(request: SchoolRequest) -> HttpResponse:
    """Answer 404 for somebody who is not of this school, and write the try down, which an exception would undo."""
    trail.record(
        events.DENIED,
        school=request.school,
        acting_user=request.user,
        role=RoleName.HELPDESK,
        outcome="denied",
        details={"right": SUPPORT_LOOK},
    )
    return not_found(request, Http404())


@within_grant
@back_office(SUPPORT_LOOK)
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: SchoolRequest, school: str) -> HttpResponse:  # noqa: ARG001 - the door found the school
    """Search pupils and staff of one school by name; twenty at most, and nobody without a name.

    The name is sent in the form and kept in the session, so that the way back to what was found works: an address
    stays in the browser's history, and holds no name (product R5).
    """
    if request.method == "POST":
        keep(request, SEARCHED, request.school.pk, request.POST.get("q", "")[:LONGEST_KEPT])
        return redirect(request.path)
    query = kept(request, SEARCHED, request.school.pk)
    form = SearchForm({"q": query} if query else None)
    facts = {"grant": _grant(request), "form": form, "results": None}
    if is_long_enough(form.query):
        try:
            count_search(acting_user=request.user)
        except TooManyTries:
            response = render(request, "429.html", status=429)
            response["Retry-After"] = "60"
            return response
        results = search(request.school, form.query)
        facts["results"] = results
        _note(request, events.SUPPORT_SEARCHED, found=len(results.people))
    return render(request, "accounts/support/people.html", facts)


@within_grant
@back_office(SUPPORT_LOOK)
@require_safe
def pupil(request: SchoolRequest, school: str, pupil: UUID) -> HttpResponse:  # noqa: ARG001 - see above
    """Show one pupil, and why material does not open; never a code."""
    page = pupil_page(request.school, pupil)
    if page is None:
        return _nobody(request)
    _note(request, events.SUPPORT_PERSON_SEEN, page.pupil)
    return render(request, "accounts/support/pupil.html", {"grant": _grant(request), "page": page})


@within_grant
@back_office(SUPPORT_LOOK)
@require_safe
def staff(request: SchoolRequest, school: str, user: UUID) -> HttpResponse:  # noqa: ARG001 - see above
    """Show one member of staff; never an address."""
    page = staff_page(request.school, user)
    if page is None or page.row is None:
        return _nobody(request)
    _note(request, events.SUPPORT_PERSON_SEEN, page.row.roles[0].user)
    return render(request, "accounts/support/staff.html", {"grant": _grant(request), "page": page})


@within_grant
@back_office(SUPPORT_LOOK)
@require_safe
def roster_member(request: SchoolRequest, school: str, member: UUID) -> HttpResponse:  # noqa: ARG001 - see above
    """Show somebody of the roster's staff whom nobody has invited."""
    page = roster_page(request.school, member)
    if page is None:
        return _nobody(request)
    _note(request, events.SUPPORT_PERSON_SEEN, page.member)
    return render(request, "accounts/support/staff.html", {"grant": _grant(request), "page": page})


@fresh
@within_grant
@back_office(SUPPORT_LOOK)
@require_POST
def pupil_watch(request: SchoolRequest, school: str, pupil: UUID) -> HttpResponse:  # noqa: ARG001 - see above
    """Begin to look along with a pupil."""
    try:
        watch_pupil(request, grant=_grant(request), pupil=pupil, acting_user=request.user)
    except NotWithThisOne:
        return _nobody(request)
    return redirect("/")


@fresh
@within_grant
@back_office(SUPPORT_LOOK)
@require_POST
def staff_watch(request: SchoolRequest, school: str, user: UUID) -> HttpResponse:
    """Begin to look along with a member of staff; of somebody with more rights the page says why not."""
    if staff_page(request.school, user) is None:
        return _nobody(request)
    try:
        watch_staff(request, grant=_grant(request), user=user, acting_user=request.user)
    except NotWithThisOne as refusal:
        messages.error(request, refusal.words)
        return redirect("desk:staff", school, user)
    return redirect("/")


@back_office(SUPPORT_LOOK)
@require_POST
def watch_stop(request: StaffRequest) -> HttpResponse:
    """Stop looking along, and go back to the person's page."""
    watched = stop_watching(request)
    if watched is None:
        return redirect("/")
    name = "desk:pupil" if watched.pupil else "desk:staff"
    return redirect(name, watched.school, watched.number)
