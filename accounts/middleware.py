"""The door: who somebody is, which school a request is about, and whether that may be (SR-B01, SR-B06)."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from accounts import events, limits, prove, second_step, watching
from accounts.actions.enter import stop_looking_along
from accounts.actions.staff import come_to
from accounts.actions.support import running_grant
from accounts.actions.watching import note_look
from accounts.back_office import OPEN_THERE, is_back_office
from accounts.models import RoleName, User, UserKind, UserPupil
from basispoort.audit import trail
from basispoort.lib.access import Access, access_of, page_seen_along
from basispoort.lib.compiled import Objects
from basispoort.lib.hashers import HashersBusy
from basispoort.lib.proof import ProofTooOld, is_fresh
from basispoort.lib.tenancy import school_scope, school_transaction
from basispoort.web.errors import busy
from schools.models import School
from schools.models.school import normal_code

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from django.http import HttpRequest, HttpResponse, HttpResponseBase

    from accounts.watching import Watched
    from basispoort.lib.http import PortalRequest
    from basispoort.lib.tenancy import TenantQuerySet

LOOKS = frozenset({"GET", "HEAD"})
ADULTS = (UserKind.STAFF, UserKind.PORTAL)


def _link_of_pupil(*, user: UUID) -> TenantQuerySet[UserPupil]:
    return UserPupil.objects.get_queryset().select_related("school", "pupil").filter(user=user)


# Asked at every request of every pupil.
LINK_OF_PUPIL = Objects[UserPupil](_link_of_pupil)


class SignedInMiddleware(AuthenticationMiddleware):
    """Sets `request.user`, as Django does."""


def only_looking(request: PortalRequest) -> HttpResponse:
    """Say that who looks along only looks: what was pressed or opened belongs to the person alone."""
    return render(request, "accounts/support/only_looking.html", {"reference": request.id}, status=403)


class SharedComputerMiddleware:
    """Lets a page leave the screen of a shared computer by itself, once its session is over: it asks for itself again.

    Only pages that know who is signed in; a session is over by the server's clock, whatever the browser does.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and say when the browser has to ask again."""
        response = self.get_response(request)
        if request.session.accessed and request.session.get(limits.SHARED):
            response.headers.setdefault("Refresh", str(limits.SHARED_IDLE_SECONDS + limits.SEEN_EVERY_SECONDS))
        return response


class LanguageMiddleware:
    """Dutch, unless the visitor chose otherwise; what a browser happens to prefer is no choice."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the chosen language."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Cookie",))
        return response


class WatchingMiddleware:
    """Shows a session that looks along with somebody the pages of that person, and nothing else (SR-B07).

    Only by looking: any way but GET and HEAD is refused with 403. What no longer may be is gone at this very request:
    404, and the session is the helpdesk's own again. The button that stops it is the one address left as it is.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer as the person who is looked along with, and write down who really looks."""
        portal = cast("PortalRequest", request)
        portal.watched = None
        # Nobody looks along anywhere else: a school's own pages are not asked.
        state = request.session.get(watching.STATE) if is_back_office(request) else None
        if state is None or request.path == watching.STOP_PATH:
            return self.get_response(request)
        watched = watching.watched_now(state, request.user)
        if watched is None:
            stop_looking_along(request)
            raise Http404
        if watching.note_use(state):
            request.session.modified = True
        portal.watched, request.user = watched, watched.shown
        request.urlconf = settings.ROOT_URLCONF
        with trail.looking_along(watched.looker.pk, RoleName.HELPDESK):
            if request.method not in LOOKS:
                return only_looking(portal)
            return self.get_response(request)


class AccessMiddleware:
    """Lets a request through to its view only as far as the view's declaration goes.

    Stranger: to the sign-in page. Another school, or one that does not exist: 404, the same. Own school, but not the
    right: 403. A view that declares nothing: 403. Sets `request.school` and opens the database for that school; for a
    board `request.board` and `request.schools`.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Keep the scope for the time of the request."""
        with ExitStack() as scope:
            request.scope = scope  # type: ignore[attr-defined]  # closed with the request
            request.school = None  # type: ignore[attr-defined]  # PortalRequest
            request.board = None  # type: ignore[attr-defined]  # likewise
            return self.get_response(request)

    def process_view(
        self, request: PortalRequest, view: Callable[..., HttpResponse], _args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Check the declaration before the view's transaction starts."""
        match = request.resolver_match
        access = access_of(view, match.view_name if match else "")
        if access is None:
            raise PermissionDenied
        if request.watched is not None:
            return self._look_along(request, request.watched, access, kwargs)
        self._keep_to_the_host(request, access, match.view_name if match else "")
        return self._open(request, access, kwargs)

    def _open(self, request: PortalRequest, access: Access, kwargs: dict[str, Any]) -> HttpResponseBase | None:
        if access.kind in {"public", "participant"}:
            self._forget_who_is_half_in(request, access)
            return None
        if not request.user.is_authenticated:
            return self._to_sign_in(request, access)
        user = request.user
        assert isinstance(user, User)
        if access.kind == "pupil_only":
            self._enter_as_pupil(request, user)
            return None
        if user.kind not in ADULTS:
            raise PermissionDenied
        if second_step.blocks(request, access):  # type: ignore[arg-type]  # signed in by now
            return prove.to_second_step(request)  # type: ignore[arg-type]
        if second_step.is_powerful(user):
            limits.tighten(request.session, limits.POWERFUL)
        self._enter(request, user, access, kwargs)
        # The proof that an act asked for comes along with it, and is taken before the act begins.
        asks = access.fresh or "proof_password" in request.POST
        if asks and not is_fresh(request.session):
            return prove.prove_first(request)  # type: ignore[arg-type]
        return None

    def _enter(self, request: PortalRequest, user: User, access: Access, kwargs: dict[str, Any]) -> None:
        """Find the place that a page is about among the user's own, and open the database for it."""
        if access.kind == "requires":
            come_to(self._enter_school(request, user, access, kwargs), user)
        if access.kind == "requires_board":
            self._enter_board(request, user, access, kwargs)
        if access.kind == "back_office":
            self._enter_office(user, access)
        if access.within_grant:
            self._enter_with_grant(request, user, kwargs)

    @staticmethod
    def _keep_to_the_host(request: PortalRequest, access: Access, name: str) -> None:
        """Open under the back office's host what belongs there, and nothing else of the portal (SR-P02)."""
        if is_back_office(request) and access.kind not in {"back_office", "own_account"} and name not in OPEN_THERE:
            raise Http404

    @staticmethod
    def _enter_office(user: User, access: Access) -> None:
        if user.kind != UserKind.PORTAL or not user.has_perm(access.right):
            details = {"right": access.right}
            trail.record(events.DENIED, school=None, acting_user=user, outcome="denied", details=details)
            raise PermissionDenied

    @staticmethod
    def _enter_with_grant(request: PortalRequest, user: User, kwargs: dict[str, Any]) -> None:
        """Open the database for a school in service that lets the helpdesk look; any other is not there (SR-B07)."""
        code = normal_code(str(kwargs.get("school", "")))
        school = School.objects.filter(code=code).first()
        scope = [school] if school is not None else []
        with school_transaction(*scope):
            in_service = school is not None and school.is_in_service_on(timezone.localdate())
            if school is None or not in_service or running_grant(school) is None:
                trail.record(
                    events.DENIED,
                    school=school,
                    acting_user=user,
                    role=RoleName.HELPDESK,
                    outcome="denied",
                    details={"code": code},
                )
                school = None
        if school is None:
            raise Http404
        request.school = school  # type: ignore[attr-defined]
        request.scope.enter_context(school_scope(school))

    def _look_along(
        self, request: PortalRequest, watched: Watched, access: Access, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Let the helpdesk see a page that says so, as its person sees it; the look is written down before it is."""
        if not access.seen_along:
            return only_looking(request)
        if access.kind == "pupil_only":
            if watched.pupil is None:
                raise PermissionDenied
            request.school, request.pupil = watched.school, watched.pupil  # type: ignore[attr-defined]  # PupilRequest
            request.scope.enter_context(school_scope(watched.school))
        elif access.kind == "requires":
            if watched.pupil is not None:
                raise PermissionDenied
            self._enter_school(request, watched.shown, access, kwargs)
        if page_seen_along(access.seen_along):
            note_look(watched, access.seen_along)
        return None

    @staticmethod
    def _forget_who_is_half_in(request: PortalRequest, access: Access) -> None:
        """Let a page for everyone take who has still to take the second step for a stranger (SR-A07)."""
        user = request.user
        asked = access.kind == "public" and isinstance(user, User) and user.kind in ADULTS
        if asked and second_step.blocks(request, access):  # type: ignore[arg-type]  # signed in by now
            request.user = AnonymousUser()

    @staticmethod
    def process_exception(request: PortalRequest, exception: Exception) -> HttpResponseBase | None:
        """Ask again who acts, when an act turned out to need it; nothing has been changed by then (SR-A12).

        A password that could not be looked at for now is no fault either: 503, and what was begun is undone.
        """
        if isinstance(exception, ProofTooOld):
            return prove.prove_first(request)  # type: ignore[arg-type]  # signed in
        if isinstance(exception, HashersBusy):
            return busy(request)
        return None

    @staticmethod
    def _to_sign_in(request: PortalRequest, access: Access) -> HttpResponse:
        if access.kind == "pupil_only":
            return HttpResponseRedirect(resolve_url("accounts:pupil-lost"))
        target = request.get_full_path()
        if request.method not in {"GET", "HEAD"}:
            # The act is not repeated unasked; the way leads back to the page on which its form stood.
            own = settings.BACK_OFFICE_URL if is_back_office(request) else settings.BASE_URL
            target = request.headers.get("Referer", "").removeprefix(own)
        page = resolve_url(settings.LOGIN_URL)
        return HttpResponseRedirect(f"{page}?{urlencode({'next': target})}" if target else page)

    @staticmethod
    def _enter_as_pupil(request: PortalRequest, user: User) -> None:
        if user.kind != UserKind.PUPIL:
            raise PermissionDenied
        link = LINK_OF_PUPIL.first(unscoped="at which school is this pupil", user=user.pk)
        if link is None or link.pupil.left_at is not None or not link.school.is_in_service_on(timezone.localdate()):
            request.session.flush()
            raise PermissionDenied
        request.school = link.school  # type: ignore[attr-defined]
        request.pupil = link.pupil  # type: ignore[attr-defined]
        request.scope.enter_context(school_scope(link.school))

    @staticmethod
    def _enter_school(request: PortalRequest, user: User, access: Access, kwargs: dict[str, Any]) -> School:
        code = normal_code(str(kwargs.get("school", "")))
        schools: dict[str, School] = {
            role.school.code: role.school for role in user.running_roles() if role.school is not None
        }
        school = schools.get(code)
        if school is None:
            details = {"code": code}
            trail.record(events.DENIED, school=None, acting_user=user, outcome="denied", details=details)
            raise Http404
        request.school = school  # type: ignore[attr-defined]
        request.scope.enter_context(school_scope(school))
        if not user.has_perm(access.right, school):
            trail.record(
                events.DENIED, school=None, acting_user=user, outcome="denied", details={"right": access.right}
            )
            raise PermissionDenied
        return school

    @staticmethod
    def _enter_board(request: PortalRequest, user: User, access: Access, kwargs: dict[str, Any]) -> None:
        """Open the database for the schools that this board has now; a school that moved away is not there (SR-B09)."""
        number = str(kwargs.get("board", ""))
        boards = {role.board.number: role.board for role in user.running_roles() if role.board is not None}
        board = boards.get(number)
        schools = list(School.objects.filter(board=board)) if board is not None else []
        if "school" in kwargs:
            schools = [school for school in schools if school.code == kwargs["school"]]
        if board is None or ("school" in kwargs and not schools):
            details = {"code": str(kwargs.get("school", number))}
            trail.record(events.DENIED, school=None, acting_user=user, outcome="denied", details=details)
            raise Http404
        request.board, request.schools = board, schools  # type: ignore[attr-defined]  # BoardRequest
        request.scope.enter_context(school_scope(*schools))
        if not user.has_perm(access.right, board):
            details = {"right": access.right}
            trail.record(events.DENIED, school=None, acting_user=user, outcome="denied", details=details)
            raise PermissionDenied
