"""Hostile documents are refused with code, path, line and column, without a crash or much work."""

import json

import pytest

from authz.errors import InvalidAccountError, InvalidPolicyError
from authz.language.parse import parse_policy
from authz.sources.directory.source import DirectorySource
from tests.builders import allow, document
from tests.growth import TIMES, is_proportionate

LARGE = 500_000
HUGE = LARGE * TIMES
DOCUMENT = "PolicyDocumentError"
GOOD = '{"version": "2.0",\n "statement": [\n  {"effect": "allow", "action": ["im:*"],\n   "resource": "*"}]}'


def refused(text):
    """Code, path, line and column of the first problem."""
    with pytest.raises(InvalidPolicyError) as caught:
        parse_policy(text)
    first = caught.value.problems[0]
    return first.code.removeprefix("InvalidParameter."), first.path, first.line, first.column


def put(old, new):
    """The good document with one part replaced."""
    assert GOOD.count(old) == 1
    return GOOD.replace(old, new)


def test_the_document_that_is_spoilt_below_is_good():
    assert parse_policy(GOOD)


# Keys ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        (put('"version": "2.0"', '"version": "2.0", "version": "2.0"'), 1, 20),
        (put('"effect": "allow"', '"effect": "deny",\n "effect": "allow"'), 4, 2),
        (put('"resource": "*"', '"resource": "*", "condition": {"ip_equal": {"a": 1, "a": 1}}'), 4, 56),
    ],
)
def test_a_duplicate_key_is_refused_at_its_second_place(text, line, column):
    assert refused(text) == (DOCUMENT, "$", line, column)


@pytest.mark.parametrize(
    ("text", "path", "line", "column"),
    [
        (put('"version"', '"id": 1, "version"'), "$.id", 1, 2),
        (put('"resource"', '"sid": "a", "resource"'), "$.statement[0].sid", 4, 4),
        (put('"effect"', '"Effect": "allow", "effect"'), "$.statement[0].Effect", 3, 4),
    ],
)
def test_an_unknown_key_is_refused_at_its_place(text, path, line, column):
    assert refused(text) == (DOCUMENT, path, line, column)


# Types --------------------------------------------------------------------------------------------------------------

ALL = ["null", "true", "false", "0", "-1.5", '""', '"x"', "[]", "{}", "[[]]", "[null]", '{"a": 1}', '[{"a": [1]}]']
POSITIONS = {
    '"2.0"': ("VersionError", "$.version", 1, 2),
    '"allow"': ("EffectError", "$.statement[0].effect", 3, 4),
}


@pytest.mark.parametrize("wrong", ALL)
@pytest.mark.parametrize("right", POSITIONS)
def test_a_value_of_a_fixed_set_is_refused_in_any_other_type(right, wrong):
    assert refused(put(right, wrong)) == POSITIONS[right]


@pytest.mark.parametrize("wrong", [*ALL, f"[{GOOD}, 1]"])
def test_a_document_of_another_type_is_refused(wrong):
    code, *place = refused(wrong)
    assert (code, place[1:]) in [(DOCUMENT, [1, 1]), ("VersionError", [1, 1]), (DOCUMENT, [1, 2])]


@pytest.mark.parametrize("wrong", ["null", "true", "0", '"x"', "[]", "[1]", "[[]]", '["x"]'])
def test_statements_of_another_type_are_refused(wrong):
    text = f'{{"version": "2.0",\n "statement": {wrong}}}'
    code, path, line, column = refused(text)
    assert (code, line) == ("StatementError", 2)
    assert (path, column) in [("$.statement", 2), ("$.statement[0]", 16)]


@pytest.mark.parametrize(
    "wrong", ["null", "true", "0", '""', '"x"', "[]", "{}", "[null]", "[[]]", "[1.5]", '[{"a": 1}]']
)
@pytest.mark.parametrize(("element", "right", "line"), [("action", '["im:*"]', 3), ("resource", '"*"', 4)])
def test_actions_and_resources_of_another_type_are_refused(element, right, line, wrong):
    code, path, at, _ = refused(put(right, wrong))
    assert code in ("ActionError", "ActionMiss", "ResourceError", "ResourceQcsError")
    assert path in (f"$.statement[0].{element}", f"$.statement[0].{element}[0]")
    assert at == line


@pytest.mark.parametrize(
    ("condition", "code", "path"),
    [
        ("null", "ConditionError", ""),
        ("true", "ConditionError", ""),
        ('"x"', "ConditionError", ""),
        ("[1]", "ConditionError", ""),
        ('{"x": {"a": 1}}', "ConditionTypeError", ".x"),
        ('{"": {"a": 1}}', "ConditionTypeError", "."),
        ('{"string_equal": null}', "ConditionContentError", ".string_equal"),
        ('{"string_equal": []}', "ConditionContentError", ".string_equal"),
        ('{"string_equal": {}}', "ConditionContentError", ".string_equal"),
        ('{"string_equal": "a"}', "ConditionContentError", ".string_equal"),
        ('{"string_equal": {"": "a"}}', "ConditionContentError", ".string_equal."),
        ('{"string_equal": {"a": null}}', "ConditionContentError", ".string_equal.a"),
        ('{"string_equal": {"a": []}}', "ConditionContentError", ".string_equal.a"),
        ('{"string_equal": {"a": {}}}', "ConditionContentError", ".string_equal.a"),
        ('{"string_equal": {"a": ["b", []]}}', "ConditionContentError", ".string_equal.a[1]"),
        ('{"string_equal": {"a": ["b", {"c": 1}]}}', "ConditionContentError", ".string_equal.a[1]"),
        ('{"numeric_equal": {"a": true}}', "ConditionContentError", ".numeric_equal.a"),
        ('{"bool_equal": {"a": 1}}', "ConditionContentError", ".bool_equal.a"),
        ('{"ip_equal": {"a": 1.5}}', "ConditionContentError", ".ip_equal.a"),
        ('{"date_equal": {"a": 2026}}', "ConditionContentError", ".date_equal.a"),
    ],
)
def test_conditions_of_another_type_are_refused(condition, code, path):
    text = put('"resource": "*"', f'"resource": "*",\n "condition":\n {condition}')
    found = refused(text)
    assert found[:2] == (code, f"$.statement[0].condition{path}")
    assert found[2] == (6 if path else 5)


# Size ---------------------------------------------------------------------------------------------------------------


def sized(characters, blanks=""):
    """A good document of this many characters, blanks not counted."""
    frame = document(allow("im:*", "qcs::im:::")).replace(" ", "")
    return document(allow("im:*", "qcs::im:::" + "x" * (characters - len(frame)))).replace(" ", " " + blanks)


def test_6145_characters_are_one_too_many_and_blanks_are_free():
    assert parse_policy(sized(6144, blanks="\n" * HUGE))
    assert refused(sized(6145)) == ("PolicyDocumentLengthOverLimit", "$", 1, 1)
    assert refused(sized(6145, blanks=" \t\n")) == ("PolicyDocumentLengthOverLimit", "$", 1, 1)


@pytest.mark.parametrize(
    ("written", "size"),
    [
        (lambda size: document(allow("im:" + "x" * size)), LARGE),
        (lambda size: document(allow("x" * size)), LARGE),
        (lambda size: document(allow("im:*", "qcs::im:::" + "*" * size)), LARGE),
        (lambda size: document(allow("im:*"), **{"x" * size: 1}), LARGE),
        (lambda size: document(allow("im:*", condition={"x" * size: {"a": "b"}})), LARGE),
        (lambda size: document(allow("im:*", condition={"date_equal": {"a": "2" * size}})), LARGE),
        (lambda size: document(*[1] * size), 25_000),
        (lambda size: document(allow(["im:*"] * size)), 25_000),
    ],
    ids=["action", "no action", "stars", "key", "operator", "date", "statements", "list"],
)
def test_a_huge_document_is_refused_for_its_length(written, size):
    assert refused(written(size * TIMES)) == ("PolicyDocumentLengthOverLimit", "$", 1, 1)
    assert is_proportionate(refused, written, size // 5)


def test_a_huge_text_of_blanks_is_read_at_once():
    assert refused(put('"im:*"', f'"{" " * HUGE}"'))[:2] == ("ActionError", "$.statement[0].action[0]")
    assert is_proportionate(refused, lambda size: put('"im:*"', f'"{" " * size}"'), LARGE)
    assert refused(put('["im:*"]', "[" + '"",\n' * 1500 + '""]'))[0] == "ActionError"
    assert is_proportionate(refused, lambda size: put('["im:*"]', "[" + '"",\n' * size + '""]'), 200)


def of_many_problems(size):
    """A document with a wrong action on each 1000th line."""
    blanks = "\n" * 1000
    return put('"im:*"', f",{blanks}".join(['"x"'] * size))


def test_many_problems_on_many_lines_are_placed_at_once():
    with pytest.raises(InvalidPolicyError) as caught:
        parse_policy(of_many_problems(1000))
    assert [problem.line for problem in caught.value.problems] == [3 + 1000 * at for at in range(1000)]
    assert is_proportionate(refused, of_many_problems, 40)


def nested(opening, depth, *, is_closed):
    closing = "1" + "".join("}" if char == "{" else "]" for char in reversed(opening) if char in "[{") * depth
    return opening * depth + (closing if is_closed else "")


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
@pytest.mark.parametrize("is_closed", [True, False])
def test_deep_nesting_is_refused_where_it_becomes_absurd(opening, is_closed):
    text = nested(opening, 100_000, is_closed=is_closed)
    code, path, line, column = refused(text)
    assert (code, path, line) == (DOCUMENT, "$", 1)
    assert text[:column].count("[") + text[:column].count("{") == 51
    assert is_proportionate(refused, lambda depth: nested(opening, depth, is_closed=is_closed), 10_000)


@pytest.mark.parametrize("depth", [60, 500, 900, 980, 1100])
def test_nesting_is_refused_at_any_depth_in_any_place(depth):
    for right in ('"2.0"', '"allow"', '["im:*"]', '"*"'):
        assert refused(put(right, "[" * depth + "]" * depth))[0] == DOCUMENT


def test_a_duplicate_key_deep_down_is_refused_as_one_or_the_other():
    assert refused('{"a":' * 900 + '{"b": 1, "b": 1}' + "}" * 900)[0] == DOCUMENT


# Numbers and characters ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number",
    [
        "1" * 10_000,
        "-" + "9" * 10_000,
        "1e999999",
        "-1e999999",
        "1." + "0" * 10_000 + "e1",
        "0." + "1" * 10_000,
        "NaN",
        "Infinity",
        "-Infinity",
    ],
    ids=lambda number: number[:10],
)
@pytest.mark.parametrize("operator", ["string_equal", "numeric_equal"])
def test_a_giant_number_is_refused_at_its_place(operator, number):
    text = put('"resource": "*"', f'"resource": "*",\n "condition": {{"{operator}": {{"a":\n  [1, {number}]}}}}')
    assert refused(text) == (DOCUMENT, "$", 6, 7)


def test_ordinary_numbers_are_read():
    for number in ("0", "-1", "1.5", "1e10", "123456789012345678901234567890"):
        assert parse_policy(
            put('"resource": "*"', f'"resource": "*", "condition": {{"numeric_equal": {{"a": {number}}}}}')
        )


@pytest.mark.parametrize("bad", ["\\u0000", "\\ud800", "\\udfff\\ud800", "\ud800"])
@pytest.mark.parametrize(
    ("old", "line", "column"), [('"2.0"', 1, 13), ('"effect"', 3, 4), ('"im:*"', 3, 34), ('"*"', 4, 16)]
)
def test_nul_and_lone_surrogates_are_refused_everywhere(old, line, column, bad):
    assert refused(put(old, f'{old[:-1]}{bad}"')) == (DOCUMENT, "$", line, column)


@pytest.mark.parametrize("control", ["\x00", "\x01", "\x1f", "\n", "\t"])
def test_a_raw_control_character_in_a_text_is_refused(control):
    assert refused(put('"im:*"', f'"im:{control}*"')) == (DOCUMENT, "$", 3, 38)


def test_a_raw_nul_between_values_is_refused():
    assert refused(put(',\n "statement"', '\x00,\n "statement"')) == (DOCUMENT, "$", 1, 18)


def test_a_byte_order_mark_is_refused():
    assert refused("\ufeff" + GOOD) == (DOCUMENT, "$", 1, 1)


# Bytes --------------------------------------------------------------------------------------------------------------


def loaded(folder, data, name="p.json"):
    """The first problem of an account with a file of these bytes."""
    (folder / "attachments.json").write_text(json.dumps({"account": "12345678"}))
    (folder / name).write_bytes(data)
    with pytest.raises(InvalidAccountError) as caught:
        DirectorySource(folder).load("")
    first = caught.value.problems[0]
    return first.code.removeprefix("InvalidParameter."), first.line, first.column


@pytest.mark.parametrize("bad", [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xc0\x80"])
@pytest.mark.parametrize("name", ["p.json", "attachments.json"])
def test_bytes_that_are_not_utf_8_are_refused_at_their_place(tmp_path, name, bad):
    data = '{"version": "2.0",\n "é": "'.encode() + bad + b'"}'
    assert loaded(tmp_path, data, name) == ("InvalidEncoding", 2, 8)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_other_encodings_are_refused(tmp_path, encoding):
    assert loaded(tmp_path, GOOD.encode(encoding))[0] in ("InvalidEncoding", DOCUMENT)


def test_a_byte_order_mark_in_a_file_is_refused(tmp_path):
    assert loaded(tmp_path, GOOD.encode("utf-8-sig")) == (DOCUMENT, 1, 1)


@pytest.mark.parametrize("depth", [40, 60, 500, 980, 100_000])
def test_deep_nesting_in_an_attachments_file_is_refused(tmp_path, depth):
    trust = "[" * depth + "]" * depth
    text = f'{{"account": "12345678", "roles": [{{"name": "ci", "trust": {trust}}}]}}'
    assert loaded(tmp_path, text.encode(), "attachments.json")[0] in ("InvalidJson", DOCUMENT)
