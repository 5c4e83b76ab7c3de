import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.client.faults import InvalidQuestionError
from authz.client.questions import (
    ListMode,
    encode_batch,
    encode_context,
    encode_explain,
    encode_listing,
    encode_question,
    split,
)
from authz.v1 import authz_pb2

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
contexts = st.dictionaries(texts, texts | st.lists(texts, max_size=3), max_size=3)


def message(principal, action, resource, context):
    values = {key: [value] if isinstance(value, str) else value for key, value in context.items()}
    return authz_pb2.CheckRequest(
        principal=principal,
        action=action,
        resource=resource,
        context={key: authz_pb2.ContextValue(values=value) for key, value in values.items()},
    )


@given(texts, texts, texts, contexts)
def test_a_question_is_what_protobuf_would_have_written(principal, action, resource, context):
    data = encode_question(principal, action, resource, context)
    asked = message(principal, action, resource, context)
    assert authz_pb2.CheckRequest.FromString(data) == asked
    assert authz_pb2.ExplainRequest.FromString(encode_explain(data)).check == asked
    batch = authz_pb2.BatchCheckRequest.FromString(encode_batch([data, data], "7"))
    assert batch == authz_pb2.BatchCheckRequest(checks=[asked, asked], at_least_revision="7")
    listing = authz_pb2.AllowedResourcesRequest.FromString(
        encode_listing(principal, action, context, "7", ListMode.CAM_COMPAT)
    )
    assert (listing.principal, listing.mode, listing.context) == (principal, 2, asked.context)


def test_equal_questions_are_equal_bytes_whatever_the_order_of_their_context():
    one = encode_question("p", "a", "r", {"x": "1", "y": ["2", "3"]})
    assert one == encode_question("p", "a", "r", {"y": ("2", "3"), "x": ["1"]})


@pytest.mark.parametrize("wrong", [(1, "a", "r", None), ("p", "\ud800", "r", None), ("p", "a", "r", {"k": 1})])
def test_what_is_no_text_is_refused_here(wrong):
    with pytest.raises(InvalidQuestionError):
        encode_question(*wrong)


@pytest.mark.parametrize(
    "values",
    [b"prod", 7, None, {"dept": "ops"}, ["prod", 7], iter(["prod"]), "\ud800"],
    ids=lambda values: repr(values).partition(" at 0x")[0],
)
def test_what_is_no_value_is_refused_by_its_key(values):
    context = {"qcs:ip": "10.0.0.1", "im:env": values}
    for refused in (
        lambda: encode_question("p", "a", "r", context),
        lambda: encode_context(context),
        lambda: encode_listing("p", "a", context, "", ListMode.STRICT),
    ):
        with pytest.raises(InvalidQuestionError, match=r"^context: .*`im:env`") as caught:
            refused()
        assert [each.field for each in caught.value.violations] == ["context"]


@pytest.mark.parametrize("context", [[], "", 0, [("k", "v")]])
def test_what_is_no_mapping_is_refused_though_it_be_empty(context):
    with pytest.raises(InvalidQuestionError, match=r"^context: "):
        encode_question("p", "a", "r", context)


@pytest.mark.parametrize("values", [{"b", "a"}, frozenset(["a", "b"]), ("a", "b")])
def test_the_values_of_a_set_have_one_order(values):
    assert encode_context({"k": values}) == encode_context({"k": ["a", "b"]})


@given(st.lists(st.sampled_from([b"", b"x" * 10, b"x" * 600_000]), max_size=20), st.integers(1, 5))
def test_a_split_loses_nothing_and_fits(items, limit):
    parts = list(split(items, limit))
    assert [item for part in parts for item in part] == items
    assert all(len(part) <= limit and sum(map(len, part)) <= 1 << 20 for part in parts)
