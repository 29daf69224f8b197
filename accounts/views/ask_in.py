"""What a pupil's screen shows on the way in beside the code: the word of the day, and asking the teacher."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from accounts.actions.class_start import TooManyAsk, ask, asked_by, come_in, running_start
from accounts.actions.door import door_of
from accounts.actions.place import TooManyGuesses, remember_word, try_word
from accounts.forms.networks import DayWordForm
from accounts.views.pupils import DoorRequest, lost_page, one_step_more, start_page, step_where_closed
from accounts.views.pupils import through_the_door as at_the_door
from accounts.way_in import the_pupil
from basispoort.web.pictures import PICTURES

if TYPE_CHECKING:
    from uuid import UUID

    from accounts.models import LetIn


@require_http_methods(["GET", "HEAD", "POST"])
@at_the_door
def day_word(request: DoorRequest) -> HttpResponse:
    """Take the word of the day, and remember this browser until tonight (SR-A14)."""
    if request.method != "POST":
        return one_step_more(request)
    form = DayWordForm(request.POST)
    if not form.is_valid():
        return one_step_more(request, form=form)
    door = door_of(school=request.school)
    try:
        is_right = try_word(request, door=door, typed=form.cleaned_data["word"])
    except TooManyGuesses as pause:
        words = ngettext(
            "That was often. Count to %(seconds)d and try again.",
            "That was often. Count to %(seconds)d and try again.",
            pause.seconds,
        )
        form.add_error("word", words % {"seconds": pause.seconds})
        response = one_step_more(request, form=form, status=HTTPStatus.TOO_MANY_REQUESTS)
        response["Retry-After"] = str(pause.seconds)
        return response
    if is_right:
        response = redirect("accounts:pupil-groups", request.door_token)
        remember_word(response, door)
        return response
    form.add_error("word", _("Almost! These are not the words of today."))
    return one_step_more(request, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@at_the_door
def ask_in(request: DoorRequest, group: UUID, pupil: UUID) -> HttpResponse:
    """Ask the teacher, and wait with a picture that stands on both screens (SR-A17)."""
    if closed := step_where_closed(request, group):
        return closed
    tile = the_pupil(request.school, group, pupil)
    if tile is None:
        return lost_page(request, HTTPStatus.NOT_FOUND)
    start = running_start(request.school, group)
    code_page = reverse("accounts:pupil-code", args=[request.door_token, group, pupil])
    if start is None:
        return redirect(code_page)
    busy = False
    if request.method == "POST":
        try:
            ask(school=request.school, start=start, pupil=tile.pupil, session=request.session)
        except TooManyAsk:
            busy = True
        else:
            return redirect(request.path)
    asked = asked_by(school=request.school, pupil=tile.pupil, session=request.session)
    context = {
        "token": request.door_token,
        "group_id": group,
        "pupil": tile,
        "names_address": reverse("accounts:pupil-names", args=[request.door_token, group]),
        "code_address": code_page,
        "busy": busy,
        "waits": _lasts(asked) and asked is not None and asked.allowed_at is None,
        "allowed": _lasts(asked) and asked is not None and asked.allowed_at is not None,
        "sign": next((each for each in PICTURES if asked and each.name == asked.sign), None),
    }
    return render(request, "accounts/class_start/ask.html", context)


def _lasts(asked: LetIn | None) -> bool:
    return asked is not None and asked.used_at is None and asked.expires_at > timezone.now()


@require_POST
@at_the_door
def come(request: DoorRequest, group: UUID, pupil: UUID) -> HttpResponse:
    """Go in when the teacher has tapped; say nothing while the teacher has not."""
    tile = the_pupil(request.school, group, pupil) if request.passage.opens(group) else None
    if tile is not None and come_in(request, school=request.school, pupil=tile.pupil):
        return _to(request, start_page())
    asked = asked_by(school=request.school, pupil=tile.pupil, session=request.session) if tile else None
    if request.htmx and _lasts(asked):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return _to(request, reverse("accounts:pupil-ask", args=[request.door_token, group, pupil]))


def _to(request: DoorRequest, address: str) -> HttpResponse:
    return HttpResponseClientRedirect(address) if request.htmx else redirect(address)
