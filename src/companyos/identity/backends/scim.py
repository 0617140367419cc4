"""Subjects from an identity provider that speaks SCIM 2.0 (RFC 7643, RFC 7644).

The provider's own schema is used as it is: department from the enterprise extension,
country from the primary address, employment_type from `userType`, roles from
`roles[].value`. Tenants are kept apart by the base address (RFC 7644, section 6), so it
must hold `{tenant}`. A user that is not `active` is not there.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from enum import StrEnum
from types import MappingProxyType
from urllib.parse import quote, urlsplit

from companyos.digests import JSONObject, JSONValue
from companyos.errors import UnavailableError, UsageError
from companyos.identity.backend import API_VERSION, Backend, Setup
from companyos.identity.backends.http import bearer, json_object_of
from companyos.identity.backends.timed_http import Reply, TimedHttp
from companyos.identity.subjects import (
    Lookup,
    NotFound,
    Subject,
    Unavailable,
    can_exist,
)

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
JSON_TYPES = frozenset({"application/scim+json", "application/json"})
TENANT = "{tenant}"


class Match(StrEnum):
    """Which attribute of a user is the subject's id."""

    EXTERNAL_ID = "externalId"
    USER_NAME = "userName"


class ScimDirectory:
    """The users of one provider; `url` is the base address of the tenant `{tenant}`.

    `client_for` makes the client of one server.
    """

    def __init__(
        self, url: str, *, match: Match, client_for: Callable[[str], TimedHttp]
    ) -> None:
        self._url = url.rstrip("/")
        self._match = match
        self._client_for = client_for
        self._clients: dict[str, TimedHttp] = {}
        self._lock = threading.Lock()

    def get_subject(self, tenant_id: str, subject_id: str) -> Lookup:
        """Return the subject, or which of the other two answers it is."""
        if not can_exist(tenant_id, subject_id):
            return NotFound(tenant_id, subject_id)
        # RFC 7644, section 3.4.2.2: a filter's value is a JSON string.
        wanted = f"{self._match} eq {json.dumps(subject_id)}"
        base = urlsplit(self._url.replace(TENANT, tenant_id))
        client = self._client(f"{base.scheme}://{base.netloc}")
        try:
            reply = client.get(
                f"{base.path}/Users?filter={quote(wanted, safe='')}&count=2"
            )
        except UnavailableError as error:
            return Unavailable(f"the provider: {error.message}")
        return self._lookup_of(reply, tenant_id, subject_id)

    def close(self) -> None:
        """Close the connections that are idle."""
        with self._lock:
            clients, self._clients = self._clients, {}
        for client in clients.values():
            client.close()

    def _client(self, origin: str) -> TimedHttp:
        with self._lock:
            if origin not in self._clients:
                self._clients[origin] = self._client_for(origin)
            return self._clients[origin]

    def _lookup_of(self, reply: Reply, tenant_id: str, subject_id: str) -> Lookup:
        if reply.status != 200:
            return Unavailable(f"the provider answered {reply.status}")
        users = _users(json_object_of(reply, JSON_TYPES) or {})
        if users is None:
            return Unavailable("the provider sent no list of at most one user")
        # `userName` is compared without letter case there, and exactly here. Some
        # providers filter on externalId and do not send it back.
        exact = [
            user
            for user in users
            if user.get(self._match) == subject_id
            or (self._match is Match.EXTERNAL_ID and self._match not in user)
        ]
        if not exact:
            return NotFound(tenant_id, subject_id)
        return _subject(exact[0], tenant_id, subject_id)


def _users(document: JSONObject) -> list[JSONObject] | None:
    total = document.get("totalResults")
    found = document.get("Resources", [])
    if not isinstance(total, int) or total > 1 or not isinstance(found, list):
        return None
    users: list[JSONObject] = [each for each in found if isinstance(each, dict)]
    return users if len(users) == len(found) == total else None


def _subject(user: JSONObject, tenant_id: str, subject_id: str) -> Lookup:
    active = user.get("active", True)
    if not isinstance(active, bool):
        return Unavailable("the provider sent a malformed user")
    if not active:
        return NotFound(tenant_id, subject_id)
    try:
        attributes = {
            "department": _text(_object(user.get(ENTERPRISE)), "department"),
            "country": _text(_main(_objects(user.get("addresses"))), "country"),
            "employment_type": _text(user, "userType"),
        }
        roles = {_text(each, "value") for each in _objects(user.get("roles"))}
    except _MalformedError:
        return Unavailable("the provider sent a malformed user")
    known = {name: text for name, text in attributes.items() if text}
    return Subject(
        tenant_id, subject_id, frozenset(filter(None, roles)), MappingProxyType(known)
    )


class _MalformedError(Exception):
    """A member of a user has a type that it cannot have."""


def _text(holder: JSONObject, name: str) -> str | None:
    found = holder.get(name)
    if found is not None and not isinstance(found, str):
        raise _MalformedError
    return found


def _object(value: JSONValue) -> JSONObject:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _MalformedError
    return value


def _objects(value: JSONValue) -> list[JSONObject]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _MalformedError
    return [_object(each) for each in value]


def _main(values: list[JSONObject]) -> JSONObject:
    """Return the primary value, or the only one; of several others none is meant."""
    primary = [each for each in values if each.get("primary") is True]
    chosen = primary or values
    return chosen[0] if len(chosen) == 1 else {}


def _open(setup: Setup) -> ScimDirectory:
    setup.check({"url", "url_env", "token_env", "match"})
    url, headers = setup.place("url"), bearer(setup)
    if TENANT not in url:
        raise UsageError(
            f"the address of the provider does not hold `{TENANT}`",
            hint="tenants are kept apart by it: `https://id.example/{tenant}/scim/v2`",
        )

    def client_for(origin: str) -> TimedHttp:
        return TimedHttp(
            origin,
            timeout_seconds=setup.timeout_seconds,
            clock=setup.around.clock,
            headers={"Accept": "application/scim+json", **headers},
        )

    client_for(url.replace(TENANT, "tenant"))  # a malformed address is refused now
    return ScimDirectory(url, match=_match(setup), client_for=client_for)


def _match(setup: Setup) -> Match:
    written = setup.text("match", Match.EXTERNAL_ID)
    try:
        return Match(written)
    except ValueError as error:
        raise UsageError(
            f"the identity option `match` is `{written}`",
            hint=f"it is one of: {', '.join(Match)}",
        ) from error


BACKEND = Backend(API_VERSION, _open)
