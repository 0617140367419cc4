from __future__ import annotations

import pytest

from asgi_calls import call, echo
from companyos.asgi.request_id import RequestId

APP = RequestId(echo, new_id=lambda: "made-here")


@pytest.mark.parametrize("sent", [b"a", b"7c9e-66.7_A", b"x" * 64])
def test_a_plain_id_of_the_caller_is_kept(sent: bytes) -> None:
    """The caller's own id leads through its logs and ours."""
    assert call(APP, headers=[(b"x-request-id", sent)]).header(b"x-request-id") == [
        sent
    ]


@pytest.mark.parametrize(
    "sent", [b"", b"x" * 65, b"a b", b"a\nb", b'a"', b"-a", b"caf\xe9", b"a,b"]
)
def test_an_id_that_is_not_plain_is_replaced(sent: bytes) -> None:
    """What could break a line or a header gives way to an id of ours."""
    answer = call(APP, headers=[(b"x-request-id", sent)])
    assert answer.header(b"x-request-id") == [b"made-here"]


def test_two_ids_are_replaced() -> None:
    """Nobody can say which of two ids would be meant."""
    answer = call(APP, headers=[(b"x-request-id", b"a"), (b"x-request-id", b"b")])
    assert answer.header(b"x-request-id") == [b"made-here"]
