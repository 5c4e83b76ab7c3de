"""Conditions in three values: they hold, they do not, or they are undetermined (cam-language 2.1 to 2.4)."""

import pytest

from authz.engine.conditions import bind_conditions
from authz.engine.facts import Facts
from authz.language.parse import parse_policy
from authz.language.variables import Variable
from tests.builders import allow, document

NOON = 1_767_225_600.0  # 2026-01-01T00:00:00Z
VALUES = {Variable.UIN: "100001", Variable.OWNER_UIN: "12345678"}
TAGS = [{**VALUES, Variable.PRINCIPAL_TAG_KEY: key, Variable.PRINCIPAL_TAG_VALUE: "x"} for key in ("web", "app")]


def bound(operator, expected, key="k", bindings=(VALUES,)):
    statement = parse_policy(document(allow("*", condition={operator: {key: expected}}))).statements[0]
    return bind_conditions(statement.conditions, bindings)[0]


def holds(operator, expected, *actual, now=NOON, **options):
    condition = bound(operator, expected, **options)
    return condition.holds(Facts({condition.key: actual} if actual else {}, {}, now))


@pytest.mark.parametrize(
    ("operator", "expected", "true", "false"),
    [
        # cam-language 2.1, one row each
        ("string_equal", "Abc", "Abc", "abc"),
        ("string_not_equal", "Abc", "abc", "Abc"),
        ("string_equal_ignore_case", "Abc", "aBC", "abcd"),
        ("string_not_equal_ignore_case", "Abc", "abcd", "aBC"),
        ("string_like", "a*c", "abbc", "abb"),
        ("string_not_like", "a*c", "abb", "abbc"),
        ("numeric_equal", 1.2, "1.20", "1.3"),
        ("numeric_not_equal", "5", "6", "5.0"),
        ("numeric_less_than", 10, "9.99", "10"),
        ("numeric_less_than_equal", 10, "10", "10.01"),
        ("numeric_greater_than", 10, "11", "10"),
        ("numeric_greater_than_equal", 10, "10", "-11"),
        ("date_equal", "2026-01-01T00:00:00Z", "2026-01-01T08:00:00+08:00", "2026-01-01T00:00:01Z"),
        ("date_not_equal", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2026-01-01 00:00:00"),
        ("date_less_than", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z"),
        ("date_less_than_equal", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"),
        ("date_greater_than", "2026-01-01 00:00:00", "2026-01-01T00:00:01Z", "2026-01-01T00:00:00Z"),
        ("date_greater_than_equal", "2026-01-01T 00:00:00Z", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z"),
        ("bool_equal", True, "true", "false"),
        ("bool_equal", "false", "False", "true"),
        ("binary_equal", "Ab", "Ab", "ab"),
        ("ip_equal", "10.217.182.3/24", "10.217.182.200", "10.217.183.1"),
        ("ip_equal", "2001:db8::/32", "2001:db8::7", "10.0.0.1"),
        ("ip_equal", "10.0.0.1", "::ffff:10.0.0.1", "10.0.0.2"),
        ("ip_not_equal", "10.0.0.0/8", "192.168.0.1", "10.1.1.1"),
    ],
)
def test_an_operator_compares_as_documented(operator, expected, true, false):
    assert holds(operator, expected, true) is True
    assert holds(operator, expected, false) is False


@pytest.mark.parametrize(("wanted", "present", "absent"), [("false", True, False), ("true", False, True)])
def test_null_equal_asks_for_the_key_itself(wanted, present, absent):
    assert holds("null_equal", wanted, "") is present
    assert holds("null_equal", wanted) is absent


NEGATED = ["string_not_equal", "string_not_like", "string_not_equal_ignore_case"]


@pytest.mark.parametrize("operator", ["string_equal", "string_like", *NEGATED])
def test_a_missing_key_is_false_also_under_negation_unless_it_need_not_exist(operator):
    # cam-language 2.2, rules 4 and 5
    assert holds(operator, "a") is False
    assert holds(f"{operator}_if_exist", "a") is True
    assert holds(f"{operator}_if_exist", "a", "b") is (operator in NEGATED)


def test_an_empty_string_is_a_value():
    # cam-language 2.2, rule 6
    assert holds("string_equal", "", "") is True
    assert holds("string_equal_if_exist", "a", "") is False


def test_several_expected_values_are_alternatives_and_a_negation_excludes_them_all():
    # cam-language 2.2, rules 1 and 7
    assert [holds("string_equal", ["a", "b"], value) for value in "abc"] == [True, True, False]
    assert [holds("string_not_equal", ["a", "b"], value) for value in "abc"] == [False, False, True]


@pytest.mark.parametrize(
    ("operator", "actual", "expected"),
    [
        # cam-language 2.2, rules 8 to 12
        ("for_any_value:string_equal", "ax", True),
        ("for_any_value:string_equal", "xy", False),
        ("for_all_value:string_equal", "ab", True),
        ("for_all_value:string_equal", "ax", False),
        ("for_all_value:string_equal", "", False),
        ("for_all_value:string_equal_if_exist", "", True),
        ("string_equal", "xa", True),
        ("for_any_value:string_not_equal", "ax", True),
        ("for_any_value:string_not_equal", "ab", False),
        ("for_all_value:string_not_equal", "ax", False),
    ],
)
def test_several_actual_values_are_combined_by_the_qualifier(operator, actual, expected):
    assert holds(operator, ["a", "b"], *actual) is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [("numeric_equal", 1), ("bool_equal", True), ("ip_equal", "10.0.0.1"), ("date_equal", "2026-01-01T00:00:00Z")],
)
def test_a_value_of_another_type_is_undetermined(operator, expected):
    # cam-language 2.2, rule 13
    assert holds(operator, expected, "nonsense") is None
    assert holds(f"for_any_value:{operator}", expected, "nonsense", str(expected)) is True
    assert holds(f"for_all_value:{operator}", expected, "nonsense", str(expected)) is None


def test_variables_are_replaced_and_stars_in_them_stay_literal():
    # cam-language 3
    assert holds("string_equal", "u-${uin}", "u-100001") is True
    assert holds("string_like", "*-${uin}", "x-100001") is True
    starred = [{**VALUES, Variable.UIN: "*"}]
    assert holds("string_like", "${uin}", "anything", bindings=starred) is False
    assert holds("string_like", "${uin}", "*", bindings=starred) is True


def test_each_tag_of_the_principal_counts():
    expected = "game&${qcs:principal_tag_key}"
    assert [holds("string_equal", expected, f"game&{key}", bindings=TAGS) for key in ("web", "app", "db")] == [
        True,
        True,
        False,
    ]


def test_a_variable_without_value_is_undetermined_unless_another_value_matches():
    assert holds("string_equal", "${uin}", "1", bindings=[{}]) is None
    assert holds("string_not_equal", "${uin}", "1", bindings=[{}]) is None
    assert holds("string_equal", ["${uin}", "1"], "1", bindings=[{}]) is True


@pytest.mark.parametrize(
    ("operator", "expected", "possible", "impossible"),
    [
        ("string_equal", "user-${uin}", ["user-7", "user-", "user-*"], ["user", "USER-7", "other", ""]),
        ("string_equal", "a*${uin}", ["a*", "a*7"], ["a", "ab7"]),
        ("string_equal_ignore_case", "User-${uin}", ["USER-7", "user-"], ["other"]),
        ("binary_equal", "${uin}-user", ["7-user"], ["7-users"]),
        ("string_like", "*user-${uin}", ["user-7", "a-user-"], ["a-usual"]),
        ("string_equal", "${qcs:principal_tag_key}&ops", ["dept&ops", "&ops"], ["dept&dev"]),
    ],
)
def test_a_text_with_a_variable_without_value_may_be_what_the_rest_of_it_fits(operator, expected, possible, impossible):
    # cam-language 3: any text, and no more
    negated = operator.replace("string_", "string_not_")
    for actual in possible:
        assert holds(operator, expected, actual, bindings=[{}]) is None
        assert holds(operator, [expected, actual], actual, bindings=[{}]) is True
    for actual in impossible:
        assert holds(operator, expected, actual, bindings=[{}]) is False
        assert negated == operator or holds(negated, expected, actual, bindings=[{}]) is True
    assert holds(f"for_any_value:{operator}", expected, *impossible, *possible, bindings=[{}]) is None
    assert holds(f"for_all_value:{operator}", expected, *impossible, *possible, bindings=[{}]) is False


def test_known_variables_narrow_what_an_unknown_one_leaves_open():
    expected = "${qcs:principal_tag_value}-${uin}"
    tagged = [{Variable.PRINCIPAL_TAG_VALUE: value} for value in ("ops", "d*")]
    outcomes = [holds("string_like", expected, each, bindings=tagged) for each in ("ops-7", "d*-7", "dev-7")]
    assert outcomes == [None, None, False]


@pytest.mark.parametrize(
    ("operator", "actual"),
    [("numeric_equal", "7"), ("numeric_less_than", "7"), ("date_equal", "2026-01-01T00:00:00Z"), ("ip_equal", "::1")],
)
def test_values_that_are_not_compared_as_text_stay_undetermined(operator, actual):
    assert holds(operator, "1${uin}", actual, bindings=[{}]) is None


@pytest.mark.parametrize(
    ("operator", "seconds", "outcome", "window"),
    [
        ("date_less_than", -1, True, (float("-inf"), NOON)),
        ("date_less_than", 0, False, (NOON, NOON + 1)),
        ("date_less_than", 1, False, (NOON + 1, float("inf"))),
        ("date_equal", 0.7, True, (NOON, NOON + 1)),
    ],
)
def test_a_comparison_with_the_clock_has_a_time_window(operator, seconds, outcome, window):
    condition = bound(operator, "2026-01-01T00:00:00Z", key="qcs:current_time")
    facts = Facts({}, {}, NOON + seconds)
    assert (condition.holds(facts), facts.window) == (outcome, window)


def test_a_time_that_the_caller_gives_is_a_value_like_any_other():
    condition = bound("date_less_than", "2026-01-01T00:00:00Z", key="qcs:current_time")
    facts = Facts({"qcs:current_time": ("2025-01-01T00:00:00Z",)}, {}, NOON + 99)
    assert (condition.holds(facts), facts.window) == (True, None)


def test_without_a_clock_the_time_is_undetermined():
    condition = bound("date_less_than", "2026-01-01T00:00:00Z", key="qcs:current_time")
    assert condition.holds(Facts({}, {}, None)) is None


def test_an_unresolved_null_equal_is_undetermined():
    assert holds("null_equal", "${uin}", "x", bindings=[{}]) is None
    condition = bound("null_equal", "true", key="qcs:current_time")
    assert condition.holds(Facts({}, {}, None)) is None
    assert condition.holds(Facts({}, {}, NOON)) is False


class Comparisons:
    """Texts that count how often they are compared with others."""

    def __init__(self):
        self.count = 0
        outer = self

        class Counted(str):
            __slots__ = ()
            __hash__ = str.__hash__

            def __eq__(self, other):
                outer.count += 1
                return str.__eq__(self, other)

        self.of = Counted


@pytest.mark.parametrize("qualifier", ["for_any_value:", "for_all_value:"])
def test_many_values_and_many_expected_ones_are_not_compared_each_with_each(qualifier):
    comparisons = Comparisons()
    condition = bound(f"{qualifier}string_equal", [f"e{number}" for number in range(500)])
    actual = tuple(comparisons.of(f"actual{number}") for number in range(100))
    facts = Facts({"k": actual}, {}, NOON)
    facts._read["k", condition.kind.read_actual] = actual  # `str` would make plain texts of them
    assert condition.holds(facts) is False
    assert comparisons.count < 2 * len(actual)


def test_many_expected_values_decide_as_few_do():
    expected = [str(number) for number in range(100)]
    for operator in ("string_equal", "numeric_equal"):
        assert holds(operator, expected, "7") is holds(operator, ["7"], "7") is True
        assert holds(operator, expected, "107") is holds(operator, ["7"], "107") is False
    assert holds("numeric_not_equal", expected, "7.0") is False
    assert holds("string_equal_ignore_case", [f"A{each}" for each in expected], "a7") is True
