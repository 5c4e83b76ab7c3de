"""What a lint says to write is followed, and decided by the engine: no advice opens what was shut, or shuts all."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.accounts.model import Policy
from authz.context import canonical_key
from authz.engine.request import parse_request
from authz.language.parse import parse_policy
from authz.lint.account import lint_policy
from tests.builders import ALICE, APP_1, account, allow, deny, document, engine, policy

NOON = 1_750_000_000.0
ACTION = "im:RemoveUser"
WRITE = re.compile(r"write `([^`]+)`(?: to deny only where no value is one of these)?$")
OPERATOR = re.compile(r"(?:for_a\w+:)?(?:string|ip|date|numeric|bool|null)_\w+")
CONTEXTS = [
    {},
    {"qcs:ip": ("10.1.1.1",)},
    {"qcs:ip": ("203.0.113.7",)},
    {"qcs:vpc": ("vpc-1",), "qcs:ip": ("10.1.1.1",)},
    {"qcs:vpc": ("other",)},
    {"qcs:resource_tag": ("dept&ops",)},
    {"qcs:resource_tag": ("dept&dev",)},
    {"qcs:resource_tag": ("dept&ops", "env&prod")},
    {"qcs:mfa": ("true",), "size": ("3",)},
    {"qcs:mfa": ("false",), "size": ("9",)},
    {"zone": ("a",)},
    {"zone": ("",)},
]
BLOCKS = [
    ("ip_equal", "qcs:ip", ["10.0.0.0/8"]),
    ("ip_equal", "qcs:ip", ["0.0.0.0/0"]),
    ("ip_not_equal", "qcs:ip", ["10.0.0.0/8"]),
    ("for_all_value:ip_not_equal", "qcs:ip", ["10.0.0.0/8"]),
    ("ip_not_equal", "qcs:ip", ["0.0.0.0/0"]),
    ("string_equal", "qcs:ip", ["10.1.1.1"]),
    ("string_not_equal", "qcs:ip", ["10.1.1.1"]),
    ("string_like", "qcs:vpc", ["*"]),
    ("string_not_like", "qcs:vpc", ["*"]),
    ("string_like", "qcs:vpc", ["vpc-*"]),
    ("string_not_equal", "qcs:vpc", ["vpc-1"]),
    ("string_not_equal", "zone", [""]),
    ("string_equal", "zone", ["a", "b"]),
    ("for_any_value:string_not_equal", "qcs:resource_tag", ["dept&ops"]),
    ("string_not_equal", "qcs:resource_tag", ["dept&ops"]),
    ("string_equal", "qcs:tag", ["dept&ops"]),
    ("for_any_value:string_equal", "qcs:resource_tag", ["dept&ops"]),
    ("for_any_value:string_like", "qcs:resource_tag", ["*"]),
    ("null_equal", "qcs:resource_tag", ["true"]),
    ("null_equal", "qcs:ip", ["false"]),
    ("numeric_greater_than", "size", ["5"]),
    ("numeric_not_equal", "size", ["3"]),
    ("bool_equal", "qcs:mfa", ["false"]),
    ("string_equal", "qcs:mfa", ["false"]),
    ("date_less_than", "qcs:current_time", ["2030-05-31T08:00:00.5+08:00"]),
    ("date_not_equal", "qcs:current_time", ["2022-05-31 00:00:00"]),
]


def condition_of(blocks):
    condition = {}
    for operator, key, values in blocks:
        condition.setdefault(operator, {})[key] = values
    return condition


def findings(statement):
    return lint_policy(document(statement))


def allowed(statement):
    """The contexts in which the application is open: beside an allow of everything where the statement denies."""
    held = [Policy("p", parse_policy(document(statement)))]
    if statement["effect"] == "deny":
        held.append(policy("all", allow("*")))
    of = engine(account(own=held))
    return [of.decide(parse_request(ALICE, ACTION, APP_1, context, NOON)).allowed for context in CONTEXTS]


def followed(statement, finding):
    """The statement with the advice of a finding in place of the element at its path; None if it has none."""
    match = WRITE.search(finding.message)
    text = json.dumps(statement)
    place = finding.path.removeprefix("$.statement[0].condition.")
    if match is None or place == finding.path:
        return None
    operator = next(name for name in sorted(statement["condition"], key=len, reverse=True) if place.startswith(name))
    new = json.loads(text)
    block = new["condition"][operator]
    key, index = re.fullmatch(r"([^[]*)(?:\[(\d+)\])?", place.removeprefix(operator).removeprefix(".")).groups()
    key = key or next(each for each in block if len(block) == 1 or f"`{canonical_key(each)}`" in finding.message)
    if index:
        block[key][int(index)] = match[1]
        return new
    target, name = (match[1], key) if OPERATOR.fullmatch(match[1]) else (operator, match[1])
    if name in new["condition"].get(target, {}):
        return None
    values = block.pop(key)
    new["condition"].setdefault(target, {})[name] = values
    new["condition"] = {each: keys for each, keys in new["condition"].items() if keys}
    return new


STATEMENTS = st.builds(
    lambda effect, blocks: effect(ACTION, APP_1, condition=condition_of(blocks)),
    st.sampled_from([allow, deny]),
    st.lists(st.sampled_from(BLOCKS), min_size=1, max_size=3, unique_by=lambda block: block[:2]),
)
NEUTRAL = {"Lint.OldKey", "Lint.StrayBlanks", "Lint.DateFormat"}
NARROWING = {"Lint.AnyValueNegated", "Lint.Unqualified"}


@given(STATEMENTS)
def test_no_advice_on_a_condition_allows_what_was_denied_or_denies_everything(statement):
    before = allowed(statement)
    for finding in findings(statement):
        after_text = followed(statement, finding)
        if after_text is None:
            continue
        after = allowed(after_text)
        if finding.code in NEUTRAL:
            assert after == before, finding
        elif finding.code == "Lint.DenyEscaped":
            assert all(was or not now for was, now in zip(before, after, strict=True)), finding
            assert any(after) or not any(before), finding
        elif statement["effect"] == "allow" and finding.code in NARROWING:
            assert all(was or not now for was, now in zip(before, after, strict=True)), finding


@given(STATEMENTS)
def test_an_advice_that_was_followed_is_not_given_again(statement):
    for finding in findings(statement):
        after = followed(statement, finding)
        if after is not None:
            again = [(each.code, each.message) for each in findings(after)]
            assert (finding.code, finding.message) not in again


@pytest.mark.parametrize(
    ("operator", "key", "value"),
    [
        ("string_like", "qcs:vpc", "*"),
        ("for_any_value:string_like", "qcs:resource_tag", "*"),
        ("ip_equal", "qcs:ip", "0.0.0.0/0"),
        ("string_not_equal", "zone", ""),
        ("null_equal", "qcs:ip", "false"),
    ],
)
def test_a_test_of_presence_is_never_advised_to_deny_everything(operator, key, value):
    denial = deny(ACTION, APP_1, condition={operator: {key: value}})
    assert any(allowed(denial))
    assert not all(allowed(denial))
    assert not [each for each in findings(denial) if "_if_exist" in each.message]


def test_an_entry_that_is_called_needless_is():
    apps = [APP_1, "qcs::im:::sdkappid/14*", "qcs::im:::sdkappid/1400000001"]
    for effect in (allow, deny):
        whole = effect(["im:*", "im:Remove*", "im:RemoveUser"], apps, condition=condition_of(BLOCKS[:1]))
        for finding in findings(whole):
            if finding.code in ("Lint.CoveredEntry", "Lint.Duplicate"):
                part, index = re.search(r"\.(action|resource)\[(\d+)\]$", finding.path).groups()
                rest = {**whole, part: [text for at, text in enumerate(whole[part]) if at != int(index)]}
                assert allowed(rest) == allowed(whole), finding


@pytest.mark.parametrize(
    ("key", "value"), [("qcs:IP", "10.0.0.0/8"), ("aws:SourceIp", "10.0.0.0/8"), ("qcs: ip", "10.0.0.0/8")]
)
@pytest.mark.parametrize("operator", ["ip_equal", "ip_not_equal"])
def test_a_deny_on_a_corrected_key_denies_some_and_not_all(operator, key, value):
    denial = deny(ACTION, APP_1, condition={operator: {key: value}})
    assert all(allowed(denial))
    [finding] = [each for each in findings(denial) if "no request has it" in each.message]
    after = allowed(followed(denial, finding))
    assert any(after)
    assert not all(after)
