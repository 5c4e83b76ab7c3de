import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.errors import InvalidRequestError
from authz.v1 import authz_pb2
from authz.wire.batches import read_batch, write_batch, write_error, write_result

CHECKS = st.builds(
    authz_pb2.CheckRequest, principal=st.text(max_size=9), action=st.text(max_size=9), resource=st.text(max_size=200)
)


@given(st.lists(CHECKS, max_size=5))
def test_the_bytes_of_an_item_are_those_of_a_single_check(checks):
    batch = read_batch(authz_pb2.BatchCheckRequest(checks=checks).SerializeToString(), limit=5)
    assert list(batch.items) == [check.SerializeToString() for check in checks]


def test_the_revision_of_the_whole_batch_is_read():
    batch = read_batch(authz_pb2.BatchCheckRequest(at_least_revision="3").SerializeToString(), limit=1)
    assert (list(batch.items), batch.at_least) == ([], 3)


@given(st.lists(st.one_of(st.binary(max_size=0), st.text(max_size=300)), max_size=5))
def test_joined_answers_are_what_protobuf_would_have_encoded(messages):
    answers = [authz_pb2.CheckResponse(message=message) for message in messages]
    joined = write_batch([write_result(answer.SerializeToString()) for answer in answers], "9")
    response = authz_pb2.BatchCheckResponse.FromString(joined)
    assert [result.response for result in response.results] == answers
    assert response.revision == "9"


def test_an_error_stands_in_the_place_of_its_item():
    joined = write_batch([write_result(b""), write_error(3, "no"), write_result(b"")], "1")
    results = authz_pb2.BatchCheckResponse.FromString(joined).results
    assert [result.WhichOneof("result") for result in results] == ["response", "error", "response"]
    assert (results[1].error.code, results[1].error.message) == (3, "no")


@pytest.mark.parametrize(("count", "limit"), [(2, 1), (1001, 1000)])
def test_more_items_than_the_limit_are_refused(count, limit):
    data = authz_pb2.BatchCheckRequest(checks=[authz_pb2.CheckRequest()] * count).SerializeToString()
    with pytest.raises(InvalidRequestError, match=f"{count} checks") as caught:
        read_batch(data, limit)
    assert caught.value.field == "checks"


def test_bytes_that_are_no_batch_are_a_malformed_request():
    with pytest.raises(InvalidRequestError, match="BatchCheckRequest"):
        read_batch(b"\xff", 1)
