import pytest

from authz.engine.bounds import Bounds
from authz.errors import InvalidRequestError
from authz.v1 import authz_pb2
from authz.wire.questions import parse_revision, read_item, read_question
from tests.builders import ALICE, APP_1
from tests.sidecar import check_request


def test_a_question_is_read_with_its_context_and_revision():
    context = {"qcs:ip": authz_pb2.ContextValue(values=["10.0.0.1"])}
    message = authz_pb2.CheckRequest(
        principal=ALICE, action="im:AddUser", resource=APP_1, context=context, at_least_revision="7"
    )
    question = read_question(message.SerializeToString(), now=5.0)
    assert (question.request.principal.name, str(question.request.action)) == ("100001", "im:AddUser")
    assert question.request.time == 5.0
    assert (question.request.context, question.at_least) == ({"qcs:ip": ("10.0.0.1",)}, 7)


def test_the_revision_of_an_item_is_not_read_nor_part_of_what_it_asks():
    plain = authz_pb2.CheckRequest(principal=ALICE, action="im:AddUser", resource=APP_1)
    item = authz_pb2.CheckRequest(principal=ALICE, action="im:AddUser", resource=APP_1, at_least_revision="nonsense")
    question = read_item(item.SerializeToString(), now=5.0)
    assert (question.at_least, question.key) == (0, plain.SerializeToString())


@pytest.mark.parametrize("data", [b"\xff", b"\x0a\x05abc", b"\x0a\x02\xff\xfe"])
def test_bytes_that_are_no_question_are_a_malformed_request(data):
    with pytest.raises(InvalidRequestError) as caught:
        read_question(data, 0.0)
    assert caught.value.field == "request"


def test_an_empty_message_lacks_a_principal():
    with pytest.raises(InvalidRequestError) as caught:
        read_question(b"", 0.0)
    assert caught.value.field == "principal"


def test_no_revision_is_any_revision():
    assert parse_revision("") == 0


@pytest.mark.parametrize("text", ["-1", "1.5", "new", "1" * 21, "٣"])
def test_a_revision_is_one_that_an_answer_could_have_carried(text):
    with pytest.raises(InvalidRequestError):
        parse_revision(text)


@pytest.mark.parametrize(
    ("context", "told"),
    [
        ({"k": ["v"] * 400_000}, "at most 100 values of `k` are allowed"),
        ({f"k{number}": ["v"] for number in range(10_000)}, "at most 100 condition keys are allowed"),
        ({"k": ["v" * 1_000_000]}, "a value of `k` has 1000000 bytes; at most 4096 are allowed"),
    ],
)
@pytest.mark.parametrize("read", [read_question, read_item])
def test_of_a_context_that_is_too_large_no_more_is_read_than_shows_it(read, context, told, monkeypatch):
    seen = []
    monkeypatch.setattr(Bounds, "check_context", lambda self, given, check=Bounds.check_context: (
        seen.append(sum(map(len, given.values()))), check(self, given)
    ))  # fmt: skip
    with pytest.raises(InvalidRequestError) as caught:
        read(check_request(ALICE, "im:AddUser", APP_1, **context).SerializeToString(), 0.0)
    assert (caught.value.field, caught.value.reason) == ("context", told)
    assert seen[0] <= 101
