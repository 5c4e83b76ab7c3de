"""Headers are read as received, and those with a meaning come once."""

import pytest

from authz.doors.api3.errors import ApiError
from authz.doors.api3.message import Message


def message(*headers):
    return Message("POST", headers, "", b"")


def test_a_header_is_read_as_received_and_a_missing_one_is_empty():
    assert message(("host", "http://127.0.0.1:1"), ("x-other", "a")).header("host") == "http://127.0.0.1:1"
    assert message().header("host") == ""


@pytest.mark.parametrize(
    "name", ["host", "content-type", "authorization", "x-tc-action", "x-tc-token", "x-tc-anything"]
)
def test_a_repeated_header_with_a_meaning_is_refused_even_with_one_value(name):
    with pytest.raises(ApiError, match=f"header `{name}` is given 2 times") as caught:
        message((name, "a"), (name, "a")).refuse_repeated()
    assert caught.value.code == "AuthFailure.SignatureFailure"


def test_other_headers_may_be_repeated():
    message(("accept", "a"), ("accept", "b"), ("host", "h")).refuse_repeated()
