from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from starlette.types import Receive, Scope, Send

from access_tokens import jwks, token_for
from asgi_calls import Answer, Headers, call
from bundles import (
    AUDIENCE,
    ISSUER,
    flags_document,
    policies_document,
    tenants_document,
)
from companyos.asgi.loaded import Loaded
from companyos.asgi.request_id import RequestId
from companyos.asgi.tenant_context import Rejection, TenantContext, caller_of
from companyos.asgi.tokens import TokenRules, read_jwks
from companyos.digests import canonical_json
from companyos.identity.backends.static import StaticDirectory
from companyos.snapshot import Snapshot

NOW = 1_800_000_000.0
LOADED = Loaded(
    snapshot=Snapshot.load(
        tenants=canonical_json(tenants_document()),
        policies=canonical_json(policies_document()),
        flags=canonical_json(flags_document()),
    ),
    stage="pilot",
    log_entry=6,
    loaded_at=datetime(2027, 1, 15, tzinfo=UTC),
    directory=StaticDirectory(()),
    rules=TokenRules(ISSUER, AUDIENCE, frozenset({"ES256"}), "tenants"),
    keys=read_jwks(jwks()),
)


def bearer(*tenants: str) -> tuple[bytes, bytes]:
    """Return the header of a good token for these tenants."""
    token = token_for("ana", *tenants, now=NOW)
    return (b"authorization", b"Bearer " + token.encode())


def chosen(tenant_id: bytes) -> tuple[bytes, bytes]:
    """Return the header that chooses a tenant."""
    return (b"x-tenant-id", tenant_id)


async def whoami(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the caller and its tenant."""
    del receive
    caller = caller_of(scope)
    body = f"{caller.subject_id}@{caller.tenant_id}".encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def ask(headers: Headers, loaded: Loaded | None = LOADED) -> tuple[Answer, list[str]]:
    """Return the answer, and the closed codes that the log would get."""
    noted: list[str] = []

    def note(rejection: Rejection, request_id: str | None) -> None:
        del request_id
        noted.append(rejection.refusal.value)

    app = TenantContext(
        whoami, loaded=lambda: loaded, clock=lambda: NOW, on_rejection=note
    )
    return call(RequestId(app, new_id=lambda: "r1"), headers=headers), noted


@pytest.mark.parametrize(
    "headers",
    [
        [bearer("pilot-a")],
        [bearer("pilot-a"), chosen(b"pilot-a")],
        [bearer("pilot-a", "pilot-b"), chosen(b"pilot-a")],
    ],
)
def test_the_tenant_comes_from_the_token(headers: Headers) -> None:
    """The header chooses among the tenants that the token names."""
    answer, noted = ask(headers)
    assert answer.body == b"ana@pilot-a"
    assert noted == []


@pytest.mark.parametrize(
    ("headers", "status", "reason"),
    [
        ([], 401, "missing"),
        ([chosen(b"pilot-a")], 401, "missing"),
        ([(b"authorization", b"Basic YTpi")], 401, "malformed"),
        ([(b"authorization", b"Bearer")], 401, "malformed"),
        ([(b"authorization", b"Bearer a b")], 401, "malformed"),
        ([(b"authorization", b"Bearer not.a.token")], 401, "malformed"),
        ([bearer("pilot-a"), bearer("pilot-a")], 400, "duplicate"),
        (
            [bearer("pilot-a"), chosen(b"pilot-a"), chosen(b"pilot-a")],
            400,
            "duplicate",
        ),
        (
            [bearer("pilot-a"), chosen(b"pilot-a"), chosen(b"pilot-b")],
            400,
            "duplicate",
        ),
        ([bearer("pilot-a", "pilot-b")], 400, "missing"),
        ([bearer("pilot-a"), chosen(b"")], 400, "malformed"),
        ([bearer("pilot-a"), chosen(b"pilot-a, pilot-b")], 400, "malformed"),
        ([bearer("pilot-a"), chosen(b"Pilot-A")], 400, "malformed"),
        ([bearer("pilot-a"), chosen(b"pilot-a\n")], 400, "malformed"),
        ([bearer("pilot-a"), chosen(b" pilot-a")], 400, "malformed"),
        ([bearer("pilot-a"), chosen("pilot-а".encode())], 400, "malformed"),  # noqa: RUF001
        ([bearer("pilot-a"), (b"x_tenant_id", b"pilot-b")], 400, "malformed"),
        ([bearer("pilot-a"), chosen(b"pilot-b")], 403, "mismatch"),
        ([bearer("nobody"), chosen(b"nobody")], 403, "unknown_tenant"),
        ([bearer("nobody")], 403, "unknown_tenant"),
    ],
)
def test_a_request_without_a_clear_tenant_is_refused(
    headers: Headers, status: int, reason: str
) -> None:
    """Nothing is guessed: not the first of two, not a near miss."""
    answer, noted = ask(headers)
    assert (answer.status, noted) == (status, [reason])
    assert answer.header(b"content-type") == [b"application/problem+json"]


def test_a_foreign_and_an_unknown_tenant_get_the_same_answer() -> None:
    """Nobody can find out by asking which tenants there are."""
    foreign, _ = ask([bearer("pilot-a"), chosen(b"pilot-b")])
    unknown, _ = ask([bearer("pilot-a"), chosen(b"no-such-tenant")])
    named, _ = ask([bearer("no-such-tenant")])
    assert foreign == unknown == named


def test_attack_30_a_request_ends_with_what_it_began_with() -> None:
    """What is loaded while a request is answered is for the next one."""
    in_force = [LOADED]
    seen: list[Loaded] = []

    async def reloading(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(caller_of(scope).loaded)
        in_force[0] = replace(LOADED, log_entry=LOADED.log_entry + 1)
        seen.append(caller_of(scope).loaded)
        await whoami(scope, receive, send)

    app = TenantContext(
        reloading,
        loaded=lambda: in_force[0],
        clock=lambda: NOW,
        on_rejection=lambda *_: None,
    )
    call(app, headers=[bearer("pilot-a")])
    call(app, headers=[bearer("pilot-a")])
    entry = LOADED.log_entry
    assert [each.log_entry for each in seen] == [entry, entry, entry + 1, entry + 1]


def test_a_refused_token_says_how_to_authenticate() -> None:
    """A 401 carries a challenge, as HTTP asks."""
    answer, _ = ask([])
    assert answer.header(b"www-authenticate") == [b"Bearer"]


def test_nothing_is_answered_before_a_configuration_is_loaded() -> None:
    """Without configuration nobody is known, whatever the token says."""
    answer, _ = ask([bearer("pilot-a")], loaded=None)
    assert answer.status == 503
    assert answer.json()["code"] == "configuration_not_loaded"


@pytest.mark.parametrize("headers", [[bearer("pilot-a")], []])
def test_no_cache_may_keep_an_answer(headers: Headers) -> None:
    """One tenant's answer must never reach another through a cache."""
    answer, _ = ask(headers)
    assert answer.header(b"cache-control") == [b"no-store"]
    assert answer.header(b"vary") == [b"authorization, x-tenant-id"]
