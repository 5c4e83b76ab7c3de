import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.language.action import parse_action, parse_action_pattern
from authz.language.report import Refusal
from tests import strategies


def matches(pattern, action):
    return parse_action_pattern(pattern).matches(parse_action(action))


@pytest.mark.parametrize("pattern", ["*", "*:*", "name/*:*", " * "])
def test_every_spelling_of_everything_admits_every_action(pattern):
    # cam-language 1.2: `*` or `*:*`, and the older `name/*:*`
    assert matches(pattern, "im:RemoveUser")
    assert matches(pattern, "sms:SendSms")


@pytest.mark.parametrize("pattern", ["im:RemoveUser", "name/im:RemoveUser"])
@pytest.mark.parametrize("action", ["im:RemoveUser", "name/im:RemoveUser"])
def test_the_prefix_name_is_optional_on_both_sides(pattern, action):
    # cam-language 1.2: `name/svc:Action`, `svc:Action`
    assert matches(pattern, action)
    assert not matches(pattern, "im:ModifyAppInfo")
    assert not matches(pattern, "sms:RemoveUser")


@pytest.mark.parametrize(
    ("pattern", "admitted", "refused"),
    [
        # cam-language 1.2: `*` anywhere in the API name
        ("im:*", "im:RemoveUser", "sms:RemoveUser"),
        ("im:Describe*", "im:DescribeIMAppList", "im:ModifyDescribe"),
        ("cos:*Bucket*", "cos:PutBucketACL", "cos:PutObject"),
        ("im:*User", "im:RemoveUser", "im:RemoveUsers"),
    ],
)
def test_a_star_may_be_anywhere_in_the_api_name(pattern, admitted, refused):
    assert matches(pattern, admitted)
    assert not matches(pattern, refused)


def test_a_star_inside_the_service_part_is_a_wildcard():
    # cam-language 1.2: never shown; allowed
    assert matches("*sms:SendSms", "consolesms:SendSms")
    assert not matches("*sms:SendSms", "im:SendSms")


def test_neither_part_distinguishes_upper_and_lower_case():
    # cam-language 1.2 and 8.1: service segment and API name ignore case
    assert matches("name/SMS:SENDsms", "sms:sendSMS")


@pytest.mark.parametrize(
    "pattern", ["cos: DeleteBucketPolicy", " cos :DeleteBucketPolicy ", "name/COS: DeleteBucketPolicy "]
)
def test_blanks_around_the_parts_of_a_pattern_are_trimmed(pattern):
    # cam-language 1.2: `"cos: DeleteBucketPolicy"`, `"name/SMS: DeleteAppInfo "` are published
    assert matches(pattern, "cos:DeleteBucketPolicy")


@pytest.mark.parametrize("pattern", ["permid/280649", "actionName/imRead", "permid/*"])
def test_a_numbered_action_set_is_accepted_and_matches_no_action(pattern):
    # cam-language 1.2: opaque set id, without a registry it never matches
    assert not matches(pattern, "im:RemoveUser")


def test_a_question_mark_is_a_literal_character():
    # cam-language 1.2
    assert not matches("im:RemoveUse?", "im:RemoveUser")


@pytest.mark.parametrize(
    "text", ["", " ", "im", "im:", ":RemoveUser", "im:Remove:User", "im:Remove User", "i m:X", "name/", "im/x:Y"]
)
def test_text_that_is_not_an_action_is_refused(text):
    with pytest.raises(Refusal) as caught:
        parse_action_pattern(text)
    assert caught.value.code == "InvalidParameter.ActionError"
    assert f"`{text}`" in caught.value.message


@given(strategies.action_patterns)
def test_a_pattern_keeps_its_text_as_written(text):
    assert parse_action_pattern(text).text == text


@given(strategies.actions, st.randoms(use_true_random=False))
def test_the_case_of_an_action_never_matters_to_a_pattern(action, random):
    service, name = action.removeprefix("name/").split(":")
    mixed = ":".join("".join(random.choice([c.lower(), c.upper()]) for c in part) for part in (service, name))
    assert matches(mixed, action)
    assert matches(action, mixed)


def test_an_action_is_shown_with_its_service_in_lower_case_and_its_name_as_spelt():
    # cam-language 7: without `name/`
    assert str(parse_action("name/SMS:SendSms")) == "sms:SendSms"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "im",
        "im:",
        ":X",
        "im:*",
        "*:X",
        "im:Describe*",
        "im: X",
        "im:X ",
        " im:X",
        "im :X",
        "im:X:Y",
        "permid/1",
    ],
)
def test_the_action_of_a_request_is_one_api_without_wildcard_or_blank(text):
    with pytest.raises(Refusal) as caught:
        parse_action(text)
    assert caught.value.code == "InvalidParameter.ActionError"


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ("*", "im:*", True),
        ("im:*", "name/IM:RemoveUser", True),
        ("im:Remove*", "im:*", False),
        ("sms:*", "im:SendSms", False),
        ("permid/1", "permid/1", True),
    ],
)
def test_whether_one_action_covers_another(outer, inner, expected):
    assert parse_action_pattern(outer).covers(parse_action_pattern(inner)) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("im:*", "*:Get*", True),
        ("im:*User", "im:Get*", True),
        ("im:*", "sms:*", False),
        ("im:Get*", "im:Set*", False),
        ("permid/1", "im:*", False),
    ],
)
def test_whether_two_action_patterns_have_an_action_in_common(one, other, expected):
    assert parse_action_pattern(one).overlaps(parse_action_pattern(other)) is expected
    assert parse_action_pattern(other).overlaps(parse_action_pattern(one)) is expected


PARTS = st.tuples(st.text("ab*", min_size=1, max_size=3), st.text("ab*", min_size=1, max_size=3))
ACTIONS = [
    parse_action(f"{service}:{name}") for service in ("a", "b", "ab", "z") for name in ("a", "b", "ba", "bab", "z")
]


@given(PARTS, PARTS)
def test_a_witness_is_an_action_that_one_pattern_admits_alone(one, other):
    one, other = (parse_action_pattern(":".join(parts)) for parts in (one, other))
    witness = one.witness(other)
    assert other.covers(one) == (witness is None)
    if witness is None:
        assert [action for action in ACTIONS if one.matches(action) and not other.matches(action)] == []
    else:
        assert one.matches(witness)
        assert not other.matches(witness)
        assert parse_action(str(witness)) == witness


@given(PARTS, PARTS)
def test_patterns_overlap_that_admit_one_action(one, other):
    one, other = (parse_action_pattern(":".join(parts)) for parts in (one, other))
    assert one.overlaps(other) or not any(one.matches(action) and other.matches(action) for action in ACTIONS)
