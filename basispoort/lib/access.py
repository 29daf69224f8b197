"""What a view says about who may come in; the middleware of `accounts` keeps the door (SR-B01).

Every view carries exactly one declaration. A view that says nothing answers 403, and a test fails.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.utils.functional import _StrPromise

Kind = Literal["public", "own_account", "requires", "pupil_only", "participant", "back_office", "requires_board"]
View = TypeVar("View", bound="Callable[..., Any]")


@dataclass(frozen=True, slots=True)
class Access:
    """A view's declaration; `right` is named for the kinds `requires`, `requires_board` and `back_office` only.

    `fresh`: asks for a proof of who acts that is at most ten minutes old (SR-A12). `before_second_step`: open to who
    has still to take the second step of signing in (SR-A11). `seen_along`: the word for this page where the helpdesk
    may look along; empty where it may not. `within_grant`: of the helpdesk's pages, those about persons, which are not
    there unless the school in the URL lets the helpdesk look now (SR-B07).
    """

    kind: Kind
    right: str = ""
    before_agreement: bool = False
    fresh: bool = False
    before_second_step: bool = False
    seen_along: str = ""
    within_grant: bool = False


@dataclass(frozen=True, slots=True)
class Right:
    """A right by name, such as `licences.assign`, with the words that a person reads."""

    name: str
    label: str | _StrPromise


_rights: dict[str, Right] = {}
_external: dict[str, Access] = {}
_seen_along: dict[str, str | _StrPromise] = {}


class UnknownRight(LookupError):
    """A right was asked for that no app has named."""


def right(name: str, label: str | _StrPromise) -> str:
    """Name a right of the app; gives the name back, for use in the table of roles and in views."""
    _rights[name] = Right(name, label)
    return name


def known_right(name: str) -> Right:
    """Give a right by its name; raises UnknownRight for a name that no app has given."""
    try:
        return _rights[name]
    except KeyError:
        raise UnknownRight(name) from None


def all_rights() -> dict[str, Right]:
    """Give all rights by name."""
    return dict(_rights)


def _declare(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]  # the declaration travels on the view itself
    return view


def public(view: View) -> View:
    """Declare a view open to everyone, signed in or not."""
    return _declare(view, Access("public"))


def own_account(view: View) -> View:
    """Declare a view for any signed-in adult, about the own account; no right at a school is needed."""
    return _declare(view, Access("own_account", before_agreement=True))


def pupil_only(view: View) -> View:
    """Declare a view for a signed-in pupil."""
    return _declare(view, Access("pupil_only"))


def participant(view: View) -> View:
    """Declare a view for a participant that proves itself by its own credentials, such as a client secret."""
    return _declare(view, Access("participant"))


def requires(name: str, *, before_agreement: bool = False) -> Callable[[View], View]:
    """Declare a view for who holds this right at the school in the URL.

    `before_agreement` leaves it open while the school has not yet accepted the agreement (product D2).
    """

    def declare(view: View) -> View:
        return _declare(view, Access("requires", name, before_agreement))

    return declare


def requires_board(name: str) -> Callable[[View], View]:
    """Declare a view for who holds this right at the board in the URL; a school in the URL must be one of that board.

    The database is open for that school, or without one for all schools of the board, as they are at this request.
    """

    def declare(view: View) -> View:
        return _declare(view, Access("requires_board", name))

    return declare


def back_office(name: str) -> Callable[[View], View]:
    """Declare a view for the portal's own people who hold this right, under the host of the back office alone."""

    def declare(view: View) -> View:
        return _declare(view, Access("back_office", name))

    return declare


def fresh(view: View) -> View:
    """Ask, on top of a declaration, for a proof of who acts that is at most ten minutes old (SR-A12)."""
    return _declare(view, replace(_declared(view), fresh=True))


def before_second_step(view: View) -> View:
    """Leave a declared view open to who has still to take the second step of signing in (SR-A11)."""
    return _declare(view, replace(_declared(view), before_second_step=True))


def within_grant(view: View) -> View:
    """Keep a declared page of the helpdesk unfound unless the school in its URL lets the helpdesk look now (SR-B07)."""
    return _declare(view, replace(_declared(view), within_grant=True))


def seen_along(name: str, words: str | _StrPromise) -> Callable[[View], View]:
    """Let the helpdesk look along on a declared view, which then changes nothing, opens nothing and shows no code.

    `name` stands in the trail, with `words` the school reads which page it was; a page without words shows nobody, it
    only leads on. What says nothing stays shut.
    """
    _seen_along[name] = words

    def declare(view: View) -> View:
        return _declare(view, replace(_declared(view), seen_along=name))

    return declare


def page_seen_along(name: str) -> str:
    """Give the words for a page that was looked along on; empty for a page that there no longer is."""
    return str(_seen_along.get(name, ""))


def _declared(view: Callable[..., Any]) -> Access:
    access = view.access  # type: ignore[attr-defined]  # stands above a declaration
    assert isinstance(access, Access)
    return access


def declare_external(view_name: str, access: Access) -> None:
    """Declare a view of a library by its full URL name, such as `idp:oidc:token`."""
    _external[view_name] = access


def access_of(view: Callable[..., Any], view_name: str = "") -> Access | None:
    """Give what a view says of itself, or what was said for it; None when nobody said anything."""
    found = getattr(view, "access", None)
    if isinstance(found, Access):
        return found
    return _external.get(view_name)
