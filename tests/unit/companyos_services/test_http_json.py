from __future__ import annotations

import pytest
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from asgi_calls import call
from companyos.asgi.request_id import RequestId
from companyos.errors import UnavailableError
from companyos_services.http_json import (
    Answer,
    FaultBoundary,
    application,
    json_response,
    route,
)


async def fine(request: Request) -> Answer:
    """Answer with the method."""
    return json_response({"method": request.method})


async def faulty(request: Request) -> Answer:
    """Fail in a way that nobody expected."""
    raise ZeroDivisionError(f"secret of {request.method}")


async def unavailable(request: Request) -> Answer:
    """Fail in a way that passes."""
    raise UnavailableError(f"secret of {request.method}")


def asked(method: str) -> tuple[int, bytes, list[BaseException]]:
    """Return status, body and logged faults for one method of the test's path."""
    faults: list[BaseException] = []
    inner = application([route("/", get=fine, post=faulty, put=unavailable)])
    boundary = FaultBoundary(inner, log=lambda error, _: faults.append(error))
    answer = call(RequestId(boundary, new_id=lambda: "r1"), method=method)
    return answer.status, answer.body, faults


def test_a_fault_is_logged_and_not_shown() -> None:
    """The caller gets the id that leads to the log, and nothing of the fault."""
    status, body, faults = asked("POST")
    assert status == 500
    assert b'"request_id":"r1"' in body
    assert b"secret" not in body
    assert [type(fault) for fault in faults] == [ZeroDivisionError]


def test_storage_that_cannot_be_reached_is_no_fault() -> None:
    """It is an answer that asks to try again."""
    status, body, faults = asked("PUT")
    assert (status, faults) == (503, [])
    assert b"secret" not in body


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_head_is_answered_like_get(method: str) -> None:
    """One endpoint serves both."""
    assert asked(method)[0] == 200


def test_a_wrong_method_is_told_all_right_ones() -> None:
    """All methods of a path stand in one answer."""
    answer = call(application([route("/", get=fine, put=fine)]), method="POST")
    (allowed,) = answer.header(b"allow")
    assert set(allowed.split(b", ")) == {b"GET", b"HEAD", b"PUT"}


def test_a_fault_before_any_answer_is_a_plain_one() -> None:
    """Also in a layer that knows nothing of problem documents."""

    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive, send
        raise ZeroDivisionError("secret")

    faults: list[BaseException] = []
    answer = call(FaultBoundary(broken, log=lambda error, _: faults.append(error)))
    assert (answer.status, answer.json()["code"]) == (500, "fault")
    assert b"secret" not in answer.body
    assert len(faults) == 1


def test_a_fault_in_the_middle_of_an_answer_breaks_the_connection() -> None:
    """Half an answer cannot be turned into another one."""

    async def half(scope: Scope, receive: Receive, send: Send) -> None:
        del scope, receive
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ZeroDivisionError

    faults: list[BaseException] = []
    boundary = FaultBoundary(half, log=lambda error, _: faults.append(error))
    with pytest.raises(ZeroDivisionError):
        call(boundary)
    assert len(faults) == 1
