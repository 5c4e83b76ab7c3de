from hypothesis import example, given
from hypothesis import strategies as st

from authz.engine.bounds import Bounds
from authz.engine.request import parse_caller
from authz.v1 import authz_pb2
from authz.wire.contexts import ContextChecker
from authz.wire.fields import bytes_field
from authz.wire.plain import find_resource, read_caller, read_resource_head
from tests.builders import ALICE, APP_1, ROOT
from tests.sidecar import check_request

TEXTS = st.sampled_from(["", ALICE, ROOT, "im:AddUser", "IM:adduser", APP_1, "*", "x" * 130, "é"]) | st.text(max_size=9)
ENTRIES = st.builds(
    lambda key, value: check_request("", "", "", **{key: [value]}).SerializeToString(),
    st.sampled_from(["qcs:ip", "trace", ""]),
    TEXTS,
)
FIELDS = st.builds(lambda number, text: bytes_field(number, text.encode()), st.integers(1, 7), TEXTS) | ENTRIES
USUAL = st.builds(
    lambda principal, action, resource, entries: (
        check_request(principal, action, resource).SerializeToString() + b"".join(entries)
    ),
    *[TEXTS] * 3,
    st.lists(ENTRIES, max_size=3),
)
ENCODED = (
    USUAL | st.lists(FIELDS, max_size=6).map(b"".join) | st.builds(lambda a, b: a + b, USUAL, st.binary(max_size=9))
)


def read_resource(data, place):
    head = read_resource_head(data, place)
    try:
        return None if head is None else head + data[place[1] : place[2]].decode()
    except UnicodeDecodeError:
        return None


def test_the_usual_question_is_taken_apart():
    data = check_request(ALICE, "im:AddUser", APP_1).SerializeToString()
    start, tail, end = place = find_resource(data)
    assert read_resource_head(data, place) + data[tail:end].decode() == APP_1
    assert (data[tail:end], end) == (b"sdkappid/1400000001", len(data))
    assert read_caller(data[:start]) == parse_caller(ALICE, "im:AddUser")


def test_what_follows_the_resource_may_be_context():
    plain = check_request(ALICE, "im:AddUser", APP_1).SerializeToString()
    data = plain + check_request("", "", "", trace=["1:2"]).SerializeToString()
    assert find_resource(data) == find_resource(plain)


def test_without_a_colon_all_of_a_resource_is_head():
    data = check_request(ALICE, "im:AddUser", "*").SerializeToString()
    assert read_resource_head(data, find_resource(data)) == "*"


@given(ENCODED)
@example(check_request(ALICE, "im:AddUser", APP_1).SerializeToString() + b"\x0a\x00")
@example(check_request(ALICE, "im:AddUser", APP_1, trace=["1"]).SerializeToString() + b"\x0a\x00")
@example(check_request(ALICE, "im:AddUser", APP_1).SerializeToString() * 2)
@example(check_request(ALICE, "im:AddUser", APP_1, at_least_revision="9").SerializeToString())
@example(check_request(ALICE, "im:AddUser", "", at_least_revision=APP_1).SerializeToString())
@example(check_request(ALICE, "im:AddUser", 129 * "x" + 2 * ('"S' + 83 * "x") + '"U' + 85 * "x").SerializeToString())
def test_what_is_understood_is_what_protobuf_reads(data):
    place = find_resource(data)
    caller = None if place is None else read_caller(data[: place[0]])
    resource = None if place is None else read_resource(data, place)
    if caller is None or resource is None:
        return
    end = place[2]
    plain, whole = parsed(data[:end]), parsed(data)
    assert parse_caller(plain.principal, plain.action) == caller
    assert plain == authz_pb2.CheckRequest(principal=plain.principal, action=plain.action, resource=resource)
    if ContextChecker(Bounds(context_keys=100)).is_valid(data, end):
        plain.MergeFrom(authz_pb2.CheckRequest(context=whole.context))
        assert whole == plain


def parsed(data):
    try:
        return authz_pb2.CheckRequest.FromString(data)
    except Exception:  # noqa: BLE001 - protobuf has an exception of its own in each of its implementations
        return None


@given(st.binary(max_size=40))
def test_no_bytes_are_too_strange(data):
    place = find_resource(data)
    if place is not None and read_caller(data[: place[0]]) and read_resource(data, place) is not None:
        assert parsed(data[: place[2]]) is not None


def test_a_caller_in_another_encoding_than_the_usual_is_left_to_protobuf():
    principal, action = bytes_field(1, ALICE.encode()), bytes_field(2, b"im:AddUser")
    assert read_caller(principal + action) is not None
    for other in (action + principal, principal + principal + action, principal + action + b"\x2a\x00", principal):
        assert read_caller(other) is None
