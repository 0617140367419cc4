from __future__ import annotations

from http import HTTPStatus

from asgi_calls import call
from companyos.asgi.problems import Problem
from companyos.asgi.request_id import RequestId

PROBLEM = Problem(HTTPStatus.FORBIDDEN, "no_matching_rule", "nothing permits this")


def test_a_problem_is_a_problem_document() -> None:
    """The members and the media type are those of RFC 9457."""
    answer = call(RequestId(PROBLEM, new_id=lambda: "r1"))
    assert answer.status == 403
    assert answer.header(b"content-type") == [b"application/problem+json"]
    assert answer.json() == {
        "type": "urn:companyos:problem:no-matching-rule",
        "title": "Forbidden",
        "status": 403,
        "code": "no_matching_rule",
        "detail": "nothing permits this",
        "request_id": "r1",
    }


def test_a_head_request_gets_the_headers_alone() -> None:
    """The length is that of the body which GET would give."""
    answer = call(PROBLEM, method="HEAD")
    assert answer.body == b""
    assert answer.header(b"content-length") == [
        str(len(call(PROBLEM, method="GET").body)).encode()
    ]
