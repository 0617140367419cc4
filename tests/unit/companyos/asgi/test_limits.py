from __future__ import annotations

import pytest
from starlette.types import Receive, Scope, Send

from asgi_calls import Headers, call, echo
from companyos.asgi.limits import BodyRefusedError, Limits, RequestLimits

LIMITS = RequestLimits(
    header_bytes=100, header_count=5, body_bytes=10, body_seconds=0.05
)
APP = Limits(echo, LIMITS)


@pytest.mark.parametrize("chunks", [[b""], [b"x" * 10], [b"x" * 5, b"x" * 5, b""]])
def test_a_body_within_the_limit_arrives_unchanged(chunks: list[bytes]) -> None:
    """The limit itself is still allowed, in one piece or in several."""
    assert call(APP, chunks=chunks).body == b"".join(chunks)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([(b"content-length", b"11")], 413),
        ([(b"content-length", b"9" * 5000)], 431),
        ([(b"content-length", b"9" * 50)], 413),
        ([(b"content-length", b"10")], 200),
        ([(b"content-length", b"10"), (b"content-length", b"10")], 200),
        ([(b"content-length", b"10"), (b"content-length", b"9")], 400),
        ([(b"content-length", b"+5")], 400),
        ([(b"content-length", b"-1")], 400),
        ([(b"content-length", b"\xd9\xa5")], 400),
        ([(b"content-encoding", b"gzip")], 415),
        ([(b"content-encoding", b"identity")], 200),
        ([(b"x", b"y" * 99)], 200),
        ([(b"x", b"y" * 100)], 431),
        ([(b"x", b"y")] * 5, 200),
        ([(b"x", b"y")] * 6, 431),
    ],
)
def test_headers_decide_before_the_body_is_read(headers: Headers, status: int) -> None:
    """What the headers announce is judged without waiting for the body."""
    ends = status == 200
    assert call(APP, headers=headers, chunks=[b"x"], ends=ends).status == status


def test_a_body_that_outgrows_its_limit_is_cut() -> None:
    """A body that announced nothing is counted as it comes."""
    answer = call(APP, chunks=[b"x" * 6, b"x" * 5], ends=False)
    assert answer.status == 413
    assert answer.json()["code"] == "body_too_large"
    assert answer.header(b"connection") == [b"close"]


@pytest.mark.parametrize("chunks", [[], [b"x"], [b"x", b"y"]])
def test_a_body_that_does_not_end_is_cut_at_the_deadline(chunks: list[bytes]) -> None:
    """The deadline is for the whole body, however slowly it drips."""
    answer = call(APP, chunks=chunks, ends=False)
    assert answer.status == 408
    assert answer.json()["code"] == "body_too_slow"


def test_nothing_is_added_to_an_answer_that_has_begun() -> None:
    """A second status line after the first would be a lie, so the connection breaks."""

    async def hasty(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await echo(scope, receive, send)

    with pytest.raises(BodyRefusedError):
        call(Limits(hasty, LIMITS), chunks=[b"x" * 11])
