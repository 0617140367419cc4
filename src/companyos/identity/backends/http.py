"""Subjects from a directory that speaks our HTTP interface, such as IntelGraph.

The interface is docs/reference/identity-openapi.yaml. Only two answers are definite: a
subject that is the one asked for, and a 404 that says so in its body. A 404 without one
may come from any proxy on the way, and a 403 says nothing about who exists.
"""

from __future__ import annotations

from types import MappingProxyType
from urllib.parse import quote

from companyos.digests import JSONObject, strict_json
from companyos.errors import IntegrityError, UnavailableError
from companyos.identity.backend import API_VERSION, Backend, Setup
from companyos.identity.backends.timed_http import Reply, TimedHttp
from companyos.identity.subjects import (
    Lookup,
    NotFound,
    Subject,
    Unavailable,
    attributes_of,
    can_exist,
)

JSON_TYPES = frozenset({"application/json", "application/problem+json"})
NOT_FOUND_CODE = "subject_not_found"


class HttpDirectory:
    """The subjects behind one client."""

    def __init__(self, client: TimedHttp) -> None:
        self._client = client

    def get_subject(self, tenant_id: str, subject_id: str) -> Lookup:
        """Return the subject, or which of the other two answers it is."""
        if not can_exist(tenant_id, subject_id):
            return NotFound(tenant_id, subject_id)
        path = f"/v1/tenants/{tenant_id}/subjects/{quote(subject_id, safe='')}"
        try:
            return _lookup_of(self._client.get(path), tenant_id, subject_id)
        except UnavailableError as error:
            return Unavailable(f"the directory: {error.message}")

    def close(self) -> None:
        """Close the connections that are idle."""
        self._client.close()


def _lookup_of(reply: Reply, tenant_id: str, subject_id: str) -> Lookup:
    if reply.status not in {200, 404}:
        return Unavailable(f"the directory answered {reply.status}")
    document = json_object_of(reply, JSON_TYPES)
    if document is None:
        return Unavailable(f"the directory answered {reply.status} without our JSON")
    echoed = (document.get("tenant_id"), document.get("subject_id"))
    if echoed != (tenant_id, subject_id):
        return Unavailable("the directory answered about somebody else")
    if reply.status == 200:
        return _subject(document, tenant_id, subject_id)
    if document.get("code") == NOT_FOUND_CODE:
        return NotFound(tenant_id, subject_id)
    return Unavailable("the directory answered 404 for another reason")


def _subject(document: JSONObject, tenant_id: str, subject_id: str) -> Lookup:
    roles = document.get("roles")
    attributes = attributes_of(document.get("attributes"))
    names = frozenset(
        each for each in (roles if isinstance(roles, list) else []) if _is_name(each)
    )
    if not isinstance(roles, list) or len(names) != len(roles) or attributes is None:
        return Unavailable("the directory sent a malformed subject")
    return Subject(tenant_id, subject_id, names, MappingProxyType(attributes))


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value)


def json_object_of(reply: Reply, kinds: frozenset[str]) -> JSONObject | None:
    """Return the JSON object that an answer holds, or None where it holds none."""
    if reply.media_type not in kinds:
        return None
    try:
        document = strict_json(reply.body)
    except IntegrityError:
        return None
    return document if isinstance(document, dict) else None


def bearer(setup: Setup) -> dict[str, str]:
    """Return the header with the token that `token_env` names, if one is named.

    Raises:
        UsageError: the variable is not set.
    """
    if "token_env" not in setup.options:
        return {}
    return {"Authorization": f"Bearer {setup.variable('token_env')}"}


def _open(setup: Setup) -> HttpDirectory:
    setup.check({"url", "url_env", "token_env"})
    client = TimedHttp(
        setup.place("url"),
        timeout_seconds=setup.timeout_seconds,
        clock=setup.around.clock,
        headers={"Accept": "application/json", **bearer(setup)},
    )
    return HttpDirectory(client)


BACKEND = Backend(API_VERSION, _open)
