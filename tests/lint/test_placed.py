from authz.language.document import PolicyKind
from authz.language.parse import parse_document, parse_policy
from authz.language.report import Report
from authz.lint.placed import placed_statements
from tests.builders import APP_1, APP_2, allow, document


def placed(*statements):
    value = {"version": "2.0", "statement": list(statements)}
    return placed_statements(value, parse_policy(document(*statements)))


def test_entries_are_in_a_list_or_in_its_place():
    (one, many) = placed(allow("im:*", APP_1), allow(["im:*", "sms:*"], [APP_1, APP_2]))
    assert [(each.raw, each.path) for each in (*one.actions, *one.resources)] == [
        ("im:*", ("statement", 0, "action")),
        (APP_1, ("statement", 0, "resource")),
    ]
    assert [each.path[1:] for each in (*many.actions, *many.resources)] == [
        (1, "action", 0),
        (1, "action", 1),
        (1, "resource", 0),
        (1, "resource", 1),
    ]


def test_a_bare_statement_has_no_index():
    value = {"version": "2.0", "statement": allow("im:*")}
    (only,) = placed_statements(value, parse_policy(document(allow("im:*"))), ("roles", 0, "trust"))
    assert only.path == ("roles", 0, "trust", "statement")


def test_conditions_keep_their_spelling_and_their_values_as_texts():
    (only,) = placed(allow("im:*", condition={" numeric_equal": {"a ": [1, 2.5]}, "bool_equal": {"b": True}}))
    first, second = only.conditions
    assert (first.operator, first.key, first.path[-2:]) == (" numeric_equal", "a ", (" numeric_equal", "a "))
    assert [(each.parsed, each.path[-1]) for each in first.values] == [("1", 0), ("2.5", 1)]
    assert [(each.parsed, each.path) for each in second.values] == [("true", second.path)]


def test_an_empty_condition_has_no_places():
    assert [each.conditions for each in placed(allow("im:*", condition=[]), allow("im:*", condition={}))] == [(), ()]


def test_a_trust_policy_writes_no_resource():
    value = {"version": "2.0", "principal": "*", "statement": [{"effect": "allow", "action": "sts:AssumeRole"}]}
    (only,) = placed_statements(value, parse_document(value, PolicyKind.TRUST, Report()))
    assert only.resources == ()
    assert only.principal_path == ("principal",)
