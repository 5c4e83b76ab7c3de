"""Query and body are read in one way or refused; addresses and names come from the server alone."""

import pytest

from authz.enforcement import CallRefusedError, HttpRequest
from authz.enforcement.http_call import HttpCall, read_json_body, read_query

JSON = [(b"content-type", b"application/json; charset=utf-8")]


def test_a_query_keeps_every_value():
    assert read_query({"query_string": b"app=1&app=2&x=&y=%E6%B7%B1"}) == [
        ("app", "1"), ("app", "2"), ("x", ""), ("y", "\u6df1"),
    ]  # fmt: skip
    assert read_query({}) == []


@pytest.mark.parametrize("query", [b"app=%ff", b"app=\xff", b"&".join([b"a=1"] * 1001), b"app=1;app=2"])
def test_a_query_that_cannot_be_read_is_refused(query):
    with pytest.raises(CallRefusedError):
        read_query({"query_string": query})


@pytest.mark.parametrize(
    "kind", [b"application/json", b"Application/JSON;charset=UTF-8", b'application/json; charset="utf-8"']
)
def test_a_json_body_is_read(kind):
    assert read_json_body({"headers": [(b"content-type", kind)]}, b'{"app": ["1"]}') == {"app": ["1"]}


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b'{"app": 1, "app": 2}', b'{"a": {"b": 1, "b": 1}}', b"\xff", b"\xef\xbb\xbf{}", b'{"app": NaN}',
        b'{"app":' + b"9" * 5000 + b"}", b"[" * 100_000,
    ],
)  # fmt: skip
def test_a_body_that_readers_may_take_differently_is_refused(body):
    with pytest.raises(CallRefusedError):
        read_json_body({"headers": JSON}, body)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [(b"content-type", b"application/x-www-form-urlencoded")],
        [*JSON, *JSON],
        [(b"content-type", b"application/json; charset=utf-16")],
        [(b"content-type", b"application/json; charset=utf-8; charset=latin-1")],
        [*JSON, (b"content-encoding", b"gzip")],
    ],
)
def test_a_body_that_is_not_plainly_json_is_refused(headers):
    with pytest.raises(CallRefusedError):
        read_json_body({"headers": headers}, b"{}")


@pytest.mark.parametrize(
    ("scope", "address", "identities"),
    [
        ({"client": ("10.0.0.1", 5)}, "10.0.0.1", ()),
        ({"client": ("::ffff:10.0.0.1", 5)}, "10.0.0.1", ()),
        ({"client": None}, "", ()),
        ({"client": ("testclient", 5)}, "", ()),
        ({"extensions": {"tls": {"client_cert_name": "CN=a", "client_cert_error": None}}}, "", ("CN=a",)),
        ({"extensions": {"tls": {"client_cert_name": "CN=a", "client_cert_error": "expired"}}}, "", ()),
        ({"extensions": None}, "", ()),
    ],
)
def test_a_peer_is_who_the_server_says(scope, address, identities):
    call = HttpCall("GET /", HttpRequest({}, ()), scope)
    assert (call.address(), call.identities()) == (address, identities)
