"""The pupils' way in at school: the school's link, the group, the own name, the code."""

from __future__ import annotations

from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts import events
from accounts.actions.door import count_miss, door_of, open_door, open_door_with_networks
from accounts.actions.place import passage_of
from accounts.actions.pupil_sign_in import Outcome, sign_in_pupil
from accounts.forms.networks import DayWordForm
from accounts.forms.pupils import DigitForm, PictureForm, PicturesForm, PincodeForm
from accounts.guesses import asks_step
from accounts.models import CodeKind, PupilCode
from accounts.models.code import CODE_LENGTH
from accounts.views.code_entry import CodeEntry, entry_of, keep_entry
from accounts.way_in import groups_to_choose, keypad_of, names_in, pupil_with_code
from basispoort.audit import trail
from basispoort.lib.access import public, pupil_only
from basispoort.lib.address import client_address
from basispoort.lib.http import PortalRequest, PupilRequest
from basispoort.lib.tenancy import school_scope
from basispoort.web.pictures import PICTURES

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse

    from accounts.actions.place import Passage
    from schools.models import Pupil, School

P = ParamSpec("P")
DOOR_COOKIE = "__Host-door" if settings.HTTPS else "door"
DOOR_KEPT_SECONDS = 30 * 24 * 3600


class DoorRequest(PortalRequest):
    """A request that came through a school's link, with what is open to it from where it is."""

    school: School
    door_token: str
    passage: Passage


def lost_page(request: PortalRequest, status: int, template: str = "accounts/pupils/lost.html") -> HttpResponse:
    """Give a page that leads nowhere, and that nobody should index."""
    response = render(request, template, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _no_such_link(request: PortalRequest) -> HttpResponse:
    """Give the one page for every link that opens nothing; slower after many from one address (SR-A14)."""
    too_many = count_miss(client_address(request))
    response = lost_page(request, 429 if too_many else 404)
    if too_many:
        response["Retry-After"] = "600"
    return response


def _remember_door(response: HttpResponse, token: str) -> None:
    """Let this browser find the way back to the school's link after a session ended; the cookie names nobody."""
    response.set_cookie(
        DOOR_COOKIE, token, max_age=DOOR_KEPT_SECONDS, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )


def is_used_by_pupils(request: HttpRequest) -> bool:
    """Tell whether a pupil came in with this browser in the last weeks: then adults share it with a class."""
    return DOOR_COOKIE in request.COOKIES


def through_the_door(
    view: Callable[Concatenate[DoorRequest, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Open the school whose link stands in the address, for the view; a link that opens nothing gets the one page."""

    @public
    @wraps(view)
    def inner(request: DoorRequest, token: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        school, networks = open_door_with_networks(token)
        if school is None:
            return _no_such_link(request)
        request.school = school
        request.door_token = token
        request.scope.enter_context(school_scope(school))
        request.passage = passage_of(request, school, networks)
        response = view(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return inner


def one_step_more(request: DoorRequest, *, form: DayWordForm | None = None, status: int = 200) -> HttpResponse:
    """Ask for the word of the day or the badge, on a page that names nobody (SR-A14).

    Who sent a code from here gets a kind word: right or wrong, it was not looked at (SR-A15).
    """
    context = {
        "token": request.door_token,
        "form": form or DayWordForm(),
        "refused": status == HTTPStatus.FORBIDDEN,
        "badge_counts": request.passage.takes_badge(None),
    }
    response = render(request, "accounts/places/step.html", context, status=status)
    _remember_door(response, request.door_token)
    return response


def step_where_closed(request: DoorRequest, group: UUID | None = None) -> HttpResponse | None:
    """Give the one step more where this place does not open the group, or its codes are guessed; None where it does."""
    opens = request.passage.opens(group) or (group is None and request.passage.started)
    if opens and (group is None or not asks_step(request, request.school, group, request.passage)):
        return None
    return one_step_more(request, status=HTTPStatus.FORBIDDEN if request.method == "POST" else HTTPStatus.OK)


@require_safe
@through_the_door
def groups(request: DoorRequest) -> HttpResponse:
    """Show the groups of the school as tiles; elsewhere, only those whose class start runs (SR-A14)."""
    if closed := step_where_closed(request):
        return closed
    context = {
        "token": request.door_token,
        "groups": groups_to_choose(request.school, request.passage),
        "is_whole": request.passage.is_whole,
    }
    response = render(request, "accounts/pupils/groups.html", context)
    _remember_door(response, request.door_token)
    return response


@require_safe
@through_the_door
def names(request: DoorRequest, group: UUID) -> HttpResponse:
    """Show the first names of a group as tiles."""
    if closed := step_where_closed(request, group):
        return closed
    found, pupils = names_in(request.school, group)
    if found is None:
        return lost_page(request, 404)
    context = {
        "token": request.door_token,
        "group": found,
        "pupils": pupils,
        "groups_address": reverse("accounts:pupil-groups", args=[request.door_token]),
    }
    return render(request, "accounts/pupils/names.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@through_the_door
def code(request: DoorRequest, group: UUID, pupil: UUID) -> HttpResponse:
    """Show the pictures or the number pad to a pupil, and take what is tapped; the fourth one is the try."""
    if closed := step_where_closed(request, group):
        return closed
    entry = entry_of(request, pupil)
    typed = PincodeForm(request.POST if "pincode" in request.POST else None)
    if request.method == "POST" and (answer := _taken(request, group, pupil, entry, typed)) is not None:
        return answer
    keypad = keypad_of(request.school, group, pupil)
    if keypad is None:
        return lost_page(request, 404)
    runs = keypad.class_start_runs or group in request.passage.started
    context = {
        "names_address": reverse("accounts:pupil-names", args=[request.door_token, group]),
        # Where a pupil asks to be let in, while a class start runs for the group.
        "ask_address": reverse("accounts:pupil-ask", args=[request.door_token, group, pupil]) if runs else "",
        "pupil": keypad.tile,
        "code": keypad.code,
        "entry": entry,
        "dots": [place < len(entry.chosen) for place in range(CODE_LENGTH)],
        "pictures": PICTURES,
        "digits": "123456789",
        "form": typed,
    }
    response = render(request, _template_for(keypad.code), context)
    if keypad.code is not None and keypad.code.is_waiting:
        response["Refresh"] = str(keypad.code.wait_seconds)
    return response


def _taken(request: DoorRequest, group: UUID, pupil: UUID, entry: CodeEntry, typed: PincodeForm) -> HttpResponse | None:
    """Take what was tapped or typed; None where there is nothing to take, and the page is shown instead.

    Asks for the one pupil's code alone: how the group is shown to children matters on the page only.
    """
    found = pupil_with_code(request.school, group, pupil)
    pupil_code = getattr(found, "code", None)
    if found is None or pupil_code is None or not _took(request, pupil_code, entry, typed):
        return None
    if len(entry.chosen) >= CODE_LENGTH:
        return _try_code(request, found, entry)
    keep_entry(request, pupil, entry)
    return HttpResponseRedirect(request.path)


def _template_for(pupil_code: PupilCode | None) -> str:
    if pupil_code is None:
        return "accounts/pupils/no_code.html"
    if pupil_code.is_waiting:
        return "accounts/pupils/wait.html"
    return f"accounts/pupils/{pupil_code.kind}.html"


def _took(request: DoorRequest, pupil_code: PupilCode, entry: CodeEntry, typed: PincodeForm) -> bool:
    """Add to the entry what was tapped or typed; False for what is no picture, digit or pincode."""
    if pupil_code.kind == CodeKind.DIGITS and typed.is_bound:
        if typed.is_valid():
            entry.chosen = list(typed.cleaned_data["pincode"])
        return typed.is_valid()
    if pupil_code.kind == CodeKind.PICTURES and "pictures" in request.POST:
        gathered = PicturesForm(request.POST)
        if gathered.is_valid():
            entry.chosen = gathered.cleaned_data["pictures"]
        return gathered.is_valid()
    form = PictureForm(request.POST) if pupil_code.kind == CodeKind.PICTURES else DigitForm(request.POST)
    if not form.is_valid():
        return False
    if form.cleaned_data["back"]:
        entry.step_back()
    elif part := form.cleaned_data.get("picture") or form.cleaned_data.get("digit"):
        entry.take(part)
    return True


def _try_code(request: DoorRequest, pupil: Pupil, entry: CodeEntry) -> HttpResponse:
    outcome = sign_in_pupil(request, school=request.school, pupil=pupil, parts=entry.chosen, passage=request.passage)
    if outcome is Outcome.RIGHT:
        return redirect(start_page())
    keep_entry(request, pupil.public_id, CodeEntry(was_wrong=True))
    return HttpResponseRedirect(request.path)


def start_page() -> str:
    """Give the address of the pupil's tiles, which a higher app shows."""
    try:
        return reverse("licences:tiles")
    except NoReverseMatch:
        return reverse("accounts:pupil-sign-out")


@require_safe
@public
def lost(request: PortalRequest) -> HttpResponse:
    """Bring a pupil without a session back to the school's link that this browser knows, or tell how to come in."""
    token = request.COOKIES.get(DOOR_COOKIE, "")
    if token and open_door(token) is not None:
        return redirect("accounts:pupil-groups", token)
    return lost_page(request, 200, "accounts/pupils/start.html")


@require_http_methods(["GET", "HEAD", "POST"])
@pupil_only
def sign_out(request: PupilRequest) -> HttpResponse:
    """Ask whether the pupil is done; on the button, end the session and show the school's groups to the next one."""
    if request.method != "POST":
        return render(request, "accounts/pupils/sign_out.html")
    trail.record(events.SIGNED_OUT, school=request.school, acting_user=request.user, role="pupil")
    target = door_of(school=request.school).path
    logout(request)
    response = HttpResponseRedirect(target)
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response
