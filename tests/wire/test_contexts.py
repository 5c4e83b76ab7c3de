import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.engine.bounds import Bounds
from authz.engine.request import check_context
from authz.errors import AuthzError
from authz.v1 import authz_pb2
from authz.wire import contexts
from authz.wire.contexts import ContextChecker
from authz.wire.fields import bytes_field, text_field
from tests.builders import attempt
from tests.sidecar import check_request

KEYS = st.sampled_from(["qcs:ip", "qcs:current_time", "trace", "QCS:IP", "", " ", "é", "k" * 120])
VALUES = st.sampled_from(
    [
        "10.0.0.1",
        "010.0.0.1",
        "::1",
        " 10.0.0.1",
        "nowhere",
        "2026-02-28T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "",
        "é",
        "v" * 120,
    ]
)
ENTRIES = st.builds(
    lambda key, values: bytes_field(4, text_field(1, key) + bytes_field(2, b"".join(text_field(1, v) for v in values))),
    KEYS,
    st.lists(VALUES, max_size=2),
)
MANGLED = st.builds(
    lambda data, at, byte: data[: at % (len(data) + 1)] + bytes([byte]) + data[at % (len(data) + 1) + 1 :],
    st.lists(ENTRIES, max_size=3).map(b"".join),
    st.integers(0, 300),
    st.sampled_from([0, 1, 0x0A, 0x12, 0x22, 0x7F, 0x80, 0xFF]) | st.integers(0, 255),
)


def encoded(**context):
    return check_request(
        "", "", "", **{key.replace("__", ":"): [value] for key, value in context.items()}
    ).SerializeToString()


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"trace": "4bf92f3577b34da6"},
        {"trace": ""},
        {"qcs__ip": "10.0.0.1", "qcs__current_time": "2026-02-28T00:00:00Z", "im__scene": "login"},
        {"qcs__ip": "2001:db8::1"},
    ],
)
def test_the_usual_context_is_known_by_sight(context):
    seen = ContextChecker(Bounds(context_keys=100))
    for _ in range(2):  # learned, and known
        assert seen.is_valid(b"before" + encoded(**context), 6)


@pytest.mark.parametrize(
    "context", [{"qcs__ip": "nowhere"}, {"qcs__current_time": "2026-02-30T00:00:00Z"}, {"": "1"}, {" ": "1"}]
)
def test_what_cannot_be_taken_never_is(context):
    seen = ContextChecker(Bounds(context_keys=100))
    for _ in range(2):
        assert not seen.is_valid(encoded(**context), 0)


@given(st.lists(st.lists(ENTRIES, max_size=3).map(b"".join) | MANGLED | st.binary(max_size=20), max_size=4))
def test_what_is_sound_is_context_that_can_be_taken_and_nothing_else(encodings):
    seen = ContextChecker(Bounds(context_keys=100))
    for data in [*encodings, *encodings]:
        if seen.is_valid(data, 0):
            message = authz_pb2.CheckRequest.FromString(data)
            assert message == authz_pb2.CheckRequest(context=message.context)
            read = {key: tuple(value.values) for key, value in message.context.items()}
            assert attempt(AuthzError, lambda read=read: check_context(read))[1] is None


def test_more_keys_than_a_question_may_have_are_left_to_whoever_counts_them():
    two = encoded(a="") + encoded(b="")
    assert ContextChecker(Bounds(context_keys=2)).is_valid(two, 0)
    assert not ContextChecker(Bounds(context_keys=2)).is_valid(two + encoded(c=""), 0)


def test_only_so_many_forms_are_remembered(monkeypatch):
    monkeypatch.setattr(contexts, "_MOST_FORMS", 2)
    seen = ContextChecker(Bounds(context_keys=100))
    for key in ("a", "b", "c"):
        assert seen.is_valid(encoded(**{key: "1"}), 0)
    assert len(seen._forms) == 2
