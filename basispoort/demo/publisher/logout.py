"""What the publisher does with the portal's word that a session is over."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

if TYPE_CHECKING:
    from collections.abc import Callable

    from basispoort.demo.publisher.pages import Registration

EVENT = "http://schemas.openid.net/event/backchannel-logout"
LEEWAY_SECONDS = 30
LONGEST_TOKEN_SECONDS = 600
KEPT_SECONDS = 24 * 3600


class NotOurs(Exception):
    """Something came that is no logout token of the portal we know, for us, of now."""


def logout_claims(token: str, registration: Registration, keys: Callable[[], Any]) -> dict[str, Any]:
    """Check a logout token as section 2.6 asks and give its claims; raises NotOurs."""
    try:
        read = jwt.decode(token, KeySet.import_key_set(keys()), algorithms=["RS256"])
    except (JoseError, ValueError) as failure:
        raise NotOurs(type(failure).__name__) from None
    claims, now = read.claims, time.time()
    events = claims.get("events")
    reasons = {
        "typ": read.header.get("typ") == "logout+jwt",
        "iss": claims.get("iss") == registration.issuer,
        "aud": registration.client_id in _listed(claims.get("aud")),
        "iat": _is_time(claims.get("iat")) and now - LONGEST_TOKEN_SECONDS < claims["iat"] < now + LEEWAY_SECONDS,
        "exp": _is_time(claims.get("exp")) and claims["exp"] > now - LEEWAY_SECONDS,
        "events": isinstance(events, dict) and isinstance(events.get(EVENT), dict),
        "nonce": "nonce" not in claims,
        "jti": bool(claims.get("jti")),
        "sid": isinstance(claims.get("sid"), str) or isinstance(claims.get("sub"), str),
    }
    wrong = [name for name, holds in reasons.items() if not holds]
    if wrong:
        raise NotOurs(", ".join(wrong))
    return claims


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class Ended:
    """The sessions that ended at the portal, and the tokens that said so; kept for a day, in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[str, float] = {}
        self._at: dict[tuple[str, str], float] = {}

    def take(self, claims: dict[str, Any]) -> None:
        """Note that a session, or all of one person's, is over; a token that came before changes nothing."""
        now = time.time()
        name = ("sid", claims["sid"]) if "sid" in claims else ("sub", claims["sub"])
        with self._lock:
            self._tokens = {jti: at for jti, at in self._tokens.items() if now - at < KEPT_SECONDS}
            self._at = {key: at for key, at in self._at.items() if now - at < KEPT_SECONDS}
            if claims["jti"] not in self._tokens:
                self._tokens[claims["jti"]] = now
                self._at[name] = now

    def at(self, received: dict[str, Any]) -> datetime | None:
        """Give the moment at which the session of a sign-in ended at the portal; None while it runs."""
        signed_in = float(received["id_token"]["iat"])
        names = (("sid", str(received["id_token"].get("sid"))), ("sub", str(received["sub"])))
        with self._lock:
            moments = [self._at[name] for name in names if self._at.get(name, 0) >= signed_in]
        return datetime.fromtimestamp(min(moments), UTC).astimezone(ZoneInfo("Europe/Amsterdam")) if moments else None
