import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from authz.errors import InvalidPolicyError
from authz.language.condition import Operator
from authz.language.document import Effect
from authz.language.parse import MAX_CHARACTERS, parse_policy
from tests import strategies
from tests.builders import allow, attempt, deny, document

DELETE = object()


def refused(text):
    """The problems of a text as pairs of code and JSON path."""
    with pytest.raises(InvalidPolicyError) as caught:
        parse_policy(text)
    return [(problem.code.removeprefix("InvalidParameter."), problem.path) for problem in caught.value.problems]


def altered(**members):
    """A good statement with some elements replaced or left out."""
    kept = allow("im:*") | members
    return document({key: value for key, value in kept.items() if value is not DELETE})


def only_statement(text):
    (statement,) = parse_policy(text).statements
    return statement


# The document -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["1.0", "2", "2.00", 2.0, None, ["2.0"]])
def test_the_only_version_is_the_string_2_0(version):
    # cam-language 1.1: version mandatory, the only legal value
    assert refused(document(allow("*"), version=version)) == [("VersionError", "$.version")]


def test_a_missing_version_is_refused():
    assert refused(json.dumps({"statement": [allow("*")]})) == [("VersionError", "$.version")]


def test_all_statements_of_a_list_are_read_in_order():
    # cam-language 1.1: one key, many entries; requirements 17
    found = parse_policy(document(allow("im:*"), deny("im:RemoveUser"))).statements
    assert [(each.index, each.effect) for each in found] == [(0, Effect.ALLOW), (1, Effect.DENY)]


def test_a_statement_without_brackets_is_a_list_of_one():
    # cam-language 1.1 and 8.4: statement as a bare object is accepted
    bare = json.dumps({"version": "2.0", "statement": allow("im:*")})
    assert parse_policy(bare) == parse_policy(document(allow("im:*")))


@pytest.mark.parametrize("value", [None, [], "allow", 1])
def test_a_document_needs_at_least_one_statement(value):
    text = json.dumps({"version": "2.0", "statement": value})
    assert refused(text) == [("StatementError", "$.statement")]


def test_a_missing_statement_is_refused():
    assert refused('{"version": "2.0"}') == [("StatementError", "$.statement")]


@pytest.mark.parametrize("entry", [None, "allow", 1, []])
def test_a_statement_is_an_object(entry):
    assert refused(document(allow("*"), entry)) == [("StatementError", "$.statement[1]")]


@pytest.mark.parametrize("text", ["[]", '"2.0"', "null", "1"])
def test_a_document_is_an_object(text):
    assert refused(text) == [("PolicyDocumentError", "$")]


def test_the_order_of_elements_does_not_matter():
    # cam-language 1.1: free at both levels
    text = '{"statement": [{"resource": "*", "action": "*", "effect": "allow"}], "version": "2.0"}'
    assert parse_policy(text) == parse_policy(document(allow("*")))


@pytest.mark.parametrize("key", ["Effect", "ACTION", "Resource"])
def test_element_names_are_lower_case(key):
    # cam-language 1.1: reserved words strict-lowercase; requirements 30
    text = altered(**{key.lower(): DELETE, key: "*"})
    assert ("PolicyDocumentError", f"$.statement[0].{key}") in refused(text)


def test_a_capitalised_element_name_is_answered_with_the_right_spelling():
    with pytest.raises(InvalidPolicyError, match="unknown key `Effect`; write `effect`"):
        parse_policy(altered(effect=DELETE, Effect="allow"))


@pytest.mark.parametrize("key", ["Effect", "ACTION", "Resource", "effect "])
def test_a_misspelt_element_is_not_missing_on_top_of_it(key):
    right = key.strip().lower()
    value = {"effect": "deny", "action": "im:*", "resource": "*"}[right]
    text = altered(**{right: DELETE, key: value})
    assert refused(text) == [("PolicyDocumentError", f"$.statement[0].{key}")]


@pytest.mark.parametrize(("right", "key"), [("version", "Version"), ("statement", "STATEMENT")])
def test_a_misspelt_element_of_a_document_is_not_missing_on_top_of_it(right, key):
    value = {"version": "2.0", "statement": [allow("im:*")]}
    assert refused(json.dumps({key if each == right else each: value[each] for each in value})) == [
        ("PolicyDocumentError", f"$.{key}")
    ]


@pytest.mark.parametrize(
    "key", ["not_action", "not_resource", "not_principal", "sid", "id", "NotAction", "comment", ""]
)
def test_unknown_elements_of_a_statement_are_refused(key):
    # cam-language 1.1: unknown keys, not_*, sid and id: reject
    assert refused(altered(**{key: "*"})) == [("PolicyDocumentError", f"$.statement[0].{key}")]


@pytest.mark.parametrize("key", ["id", "Version", "Statement", "name"])
def test_unknown_elements_of_a_document_are_refused(key):
    assert refused(document(allow("*"), **{key: "x"})) == [("PolicyDocumentError", f"$.{key}")]


@pytest.mark.parametrize(
    "text",
    ["", "{", "{'version': '2.0'}", '{"version": "2.0", // two\n "statement": []}', '{"version": "2.0",}', "\ufeff{}"],
)
def test_text_that_is_not_json_is_refused(text):
    # cam-language 1.1: strict parser; comments are not legal
    assert refused(text) == [("PolicyDocumentError", "$")]


def test_duplicate_elements_are_refused():
    # cam-language 1.1: duplicate JSON keys: reject
    text = '{"version": "2.0", "statement": [{"effect": "deny", "effect": "allow", "action": "*", "resource": "*"}]}'
    assert refused(text) == [("PolicyDocumentError", "$")]


def test_a_document_may_have_6144_characters_and_not_one_more():
    # cam-language 1.5; requirements 29
    filler = MAX_CHARACTERS - len(altered(resource="qcs::im:::").replace(" ", ""))
    assert MAX_CHARACTERS == 6144
    assert parse_policy(altered(resource="qcs::im:::" + "x" * filler))
    assert refused(altered(resource="qcs::im:::" + "x" * (filler + 1))) == [("PolicyDocumentLengthOverLimit", "$")]


def test_blanks_do_not_count_towards_the_length():
    # cam-language 1.5: blanks not counted; requirements 29
    assert parse_policy(document(allow("*")).replace(" ", " \n\t" * 5000))


def test_a_character_outside_ascii_counts_once():
    text = json.dumps({"version": "2.0", "statement": [allow("*", "qcs::cos:::" + "é" * 6000)]}, ensure_ascii=False)
    assert parse_policy(text)


# Statements ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("effect", [DELETE, "Allow", "DENY", "", "permit", None, True, ["allow"], {"allow": 1}])
def test_the_effect_is_allow_or_deny(effect):
    # cam-language 1.1: effect mandatory; requirements 18
    assert refused(altered(effect=effect)) == [("EffectError", "$.statement[0].effect")]


def test_an_action_may_be_a_string_or_a_list():
    # cam-language 1.1 (A); requirements 19: all forms equal
    assert parse_policy(altered(action="im:*")) == parse_policy(altered(action=["im:*"]))
    assert len(only_statement(altered(action=["im:A", "im:B"])).actions) == 2


@pytest.mark.parametrize("action", [DELETE, None, "", []])
def test_a_statement_names_an_action(action):
    assert refused(altered(action=action)) == [("ActionMiss", "$.statement[0].action")]


@pytest.mark.parametrize("action", [1, True, {}, "im"])
def test_an_action_is_a_text_of_the_right_form(action):
    assert refused(altered(action=action)) == [("ActionError", "$.statement[0].action")]


def test_every_bad_action_of_a_list_is_reported_at_its_place():
    assert refused(altered(action=["im:A", "im", "im:B", ""])) == [
        ("ActionError", "$.statement[0].action[1]"),
        ("ActionError", "$.statement[0].action[3]"),
    ]


def test_a_resource_may_be_a_string_or_a_list():
    # cam-language 1.1 (R)
    one = "qcs::im:::sdkappid/1"
    assert parse_policy(altered(resource=one)) == parse_policy(altered(resource=[one]))
    assert len(only_statement(altered(resource=[one, "*"])).resources) == 2


@pytest.mark.parametrize("resource", [DELETE, None, "", []])
def test_a_statement_names_a_resource(resource):
    assert refused(altered(resource=resource)) == [("ResourceError", "$.statement[0].resource")]


def test_a_bad_resource_is_reported_with_the_code_of_its_segment():
    resources = ["*", "im", "qcs:1:im:::a/b", "qcs::im::x:a/b", "qcs::im:::", 5]
    assert refused(altered(resource=resources)) == [
        ("ResourceQcsError", "$.statement[0].resource[1]"),
        ("ResourceProjectError", "$.statement[0].resource[2]"),
        ("ResourceUinError", "$.statement[0].resource[3]"),
        ("ResourceContentError", "$.statement[0].resource[4]"),
        ("ResourceError", "$.statement[0].resource[5]"),
    ]


@pytest.mark.parametrize("condition", [DELETE, {}, []])
def test_an_absent_or_empty_condition_is_none(condition):
    # cam-language 1.1: accept `{}` and `[]` as no condition
    assert only_statement(altered(condition=condition)).conditions == ()


def test_each_key_under_each_operator_is_one_condition():
    # cam-language 1.1 (C)
    condition = {
        "ip_equal": {"qcs:ip": ["10.0.0.1", "10.1.0.0/16"]},
        "string_equal": {" qcs:uin ": 7},
        "bool_equal": {"qcs:mfa": True},
        "numeric_less_than_if_exist": {"cos:tls-version": [1.2]},
    }
    found = only_statement(altered(condition=condition)).conditions
    assert [(each.operator, each.key, [str(value) for value in each.values]) for each in found] == [
        (Operator("ip_equal"), "qcs:ip", ["10.0.0.1", "10.1.0.0/16"]),
        (Operator("string_equal"), "qcs:uin", ["7"]),
        (Operator("bool_equal"), "qcs:mfa", ["true"]),
        (Operator("numeric_less_than", if_exist=True), "cos:tls-version", ["1.2"]),
    ]


@pytest.mark.parametrize("condition", [None, "", "x", 1, [{}]])
def test_a_condition_is_an_object(condition):
    assert refused(altered(condition=condition)) == [("ConditionError", "$.statement[0].condition")]


def test_an_unknown_operator_refuses_the_policy():
    # cam-language 8.10
    found = refused(altered(condition={"string_equals": {"qcs:uin": "1"}}))
    assert found == [("ConditionTypeError", "$.statement[0].condition.string_equals")]


@pytest.mark.parametrize("block", [{}, [], None, "qcs:ip"])
def test_an_operator_without_keys_is_refused(block):
    found = refused(altered(condition={"ip_equal": block}))
    assert found == [("ConditionContentError", "$.statement[0].condition.ip_equal")]


@pytest.mark.parametrize(
    ("values", "place"),
    [([], ""), (None, ""), ({}, ""), (["10.0.0.1", None], "[1]"), ([["10.0.0.1"]], "[0]"), (["10.0.0.1", "x"], "[1]")],
)
def test_a_condition_without_usable_values_is_refused(values, place):
    found = refused(altered(condition={"ip_equal": {"qcs:ip": values}}))
    assert found == [("ConditionContentError", f"$.statement[0].condition.ip_equal.qcs:ip{place}")]


@pytest.mark.parametrize("principal", ["*", {"qcs": ["*"]}, None, {}])
def test_an_identity_policy_names_no_principal(principal):
    # cam-language 1.4; requirements 28
    assert refused(altered(principal=principal)) == [("PrincipalError", "$.statement[0].principal")]
    assert refused(document(allow("*"), principal=principal)) == [("PrincipalError", "$.principal")]


# Problems -----------------------------------------------------------------------------------------------------------


def test_all_problems_of_a_document_are_reported_at_once_each_with_file_line_and_column():
    text = '{"version": "1.0",\n "statement": [\n  {"effect": "allow",\n   "action": ["im"],\n   "resource": ""}]}'
    with pytest.raises(InvalidPolicyError) as caught:
        parse_policy(text, file="policies/a.json")
    places = [(problem.line, problem.column, problem.code.partition(".")[2]) for problem in caught.value.problems]
    assert places == [(1, 2, "VersionError"), (4, 15, "ActionError"), (5, 4, "ResourceError")]
    assert all(line.startswith("policies/a.json:") for line in str(caught.value).splitlines())


def test_a_missing_element_points_at_the_object_that_lacks_it():
    text = '{"version": "2.0", "statement": [\n\n{"action": "*", "resource": "*"}]}'
    with pytest.raises(InvalidPolicyError) as caught:
        parse_policy(text)
    assert [(problem.line, problem.column) for problem in caught.value.problems] == [(3, 1)]


def test_a_syntax_error_is_reported_with_its_place():
    with pytest.raises(InvalidPolicyError) as caught:
        parse_policy('{"version":\n  2.0.0}', file="a.json")
    (problem,) = caught.value.problems
    assert (problem.file, problem.line) == ("a.json", 2)


def test_the_published_sms_policy_is_read_as_its_authors_meant_it():
    # cam-language 9.15; requirements 31
    found = only_statement(
        document(deny(["name/SMS: DeleteAppInfo ", "name/SMS:*"], "qcs::SMS::uin/12345678:app/1400000001"))
    )
    assert [str(action.name) for action in found.actions] == ["deleteappinfo", "*"]
    assert str(found.resources[0].service) == "sms"


@given(st.text() | strategies.json_texts_with_offsets().map(lambda drawn: drawn[0]))
@example('"\ud800"')
@example('{"version": "\\ud800"}')
@example("1" * 5000)
@example("[" * 100_000)
@example('{"a": 1e999, "a": NaN}')
def test_arbitrary_text_raises_nothing_but_an_invalid_policy(text):
    with pytest.raises(InvalidPolicyError):
        parse_policy(text)


@given(strategies.nearly_policies() | strategies.policy_like_values)
def test_arbitrary_json_is_a_policy_or_an_invalid_policy_whose_problems_have_places(value):
    text = json.dumps(value, indent=1)
    parsed, refusal = attempt(InvalidPolicyError, lambda: parse_policy(text))
    if refusal is None:
        assert parsed.statements
    else:
        assert refusal.problems
        assert all(1 <= problem.line <= text.count("\n") + 1 for problem in refusal.problems)


@given(strategies.documents)
def test_every_good_document_is_read_statement_by_statement(statements):
    found = parse_policy(document(*statements)).statements
    assert [each.effect.value for each in found] == [each["effect"] for each in statements]
    assert [each.index for each in found] == list(range(len(statements)))
