import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.engine.facts import Facts
from authz.engine.index import TailIndex
from authz.engine.rules import Attachment, Rules
from authz.engine.scope import Owner
from authz.language.document import Effect
from authz.language.resource import parse_resource
from authz.language.variables import Variable
from tests import strategies
from tests.builders import APP_0, APP_1, allow, deny, policy, statement

OWNER = Owner("12345678", "9")
VALUES = {Variable.UIN: "100001", Variable.OWNER_UIN: "12345678", Variable.APP_ID: "9"}
CONDITION = {"string_equal": {"dept": "ops"}}
FACTS = Facts({}, {}, None)


def rules(*statements, owner=OWNER, values=VALUES):
    return Rules([Attachment(policy("p", *statements), "user/100001")], owner, [values])


def found_in(bound, resource):
    """The first of the rules that covers a resource of the policies' account."""
    some = parse_resource(resource)
    return TailIndex(bound, some).find(some.tail, FACTS)


def covers(pattern, resource):
    """Whether a statement on `pattern` covers `resource`."""
    return found_in(rules(allow("*", pattern)), resource) is not None


@pytest.mark.parametrize(
    ("pattern", "resource", "expected"),
    [
        # cam-language 1.3: empty region in policy against concrete request: matches
        ("qcs::cvm::uin/12345678:instance/i", "qcs::cvm:gz:uin/12345678:instance/i", True),
        # cam-language 1.3: empty region in request matches only empty or `*`
        ("qcs::im:gz:uin/12345678:sdkappid/1", "qcs::im::uin/12345678:sdkappid/1", False),
        ("qcs::im:*:uin/12345678:sdkappid/1", "qcs::im::uin/12345678:sdkappid/1", True),
        # cam-language 1.3: old and new region names
        ("qcs::cvm:gz::instance/i", "qcs::cvm:ap-guangzhou::instance/i", True),
        ("qcs::cvm:gz::instance/i", "qcs::cvm:sh::instance/i", False),
        ("qcs::cvm:ap-*::instance/i", "qcs::cvm:sh::instance/i", True),
        # cam-language 1.3: service empty = all products, any case
        ("qcs:::::sdkappid/1", "qcs::im:::sdkappid/1", True),
        ("qcs::IM:::sdkappid/1", "qcs::im:::sdkappid/1", True),
        ("qcs::sms:::sdkappid/1", "qcs::im:::sdkappid/1", False),
        # cam-language 1.3: segment 6 is case-sensitive
        ("qcs::im:::SDKAppId/1", "qcs::im:::sdkappid/1", False),
        # cam-language 1.3: `*` inside segment 6
        ("qcs::im:::sdkappid/*", "qcs::im:::sdkappid/1", True),
        ("qcs::im:::sdkappid/*", "qcs::im:::sdkappid", False),
        ("qcs::cos:::dir1/*", "qcs::cos:::dir1/a/b", True),
        ("qcs::cos:::dir1/test*", "qcs::cos:::dir1/test/b", True),
        ("qcs::cos:::dir1", "qcs::cos:::dir1/a", False),
        # cam-language 1.3 and 8.3: `?` is literal
        ("qcs::im:::sdkappid/?", "qcs::im:::sdkappid/1", False),
        # requirements 15: granularity ends at the application
        ("qcs::im:::sdkappid/1400000001", "qcs::im:::sdkappid/1400000001/group/x", False),
        # cam-language 6: `type/*` in a request needs a pattern that covers it literally
        ("qcs::im:::sdkappid/*", "qcs::im:::sdkappid/*", True),
        ("qcs::im:::sdkappid/1", "qcs::im:::sdkappid/*", False),
        # cam-language 6 and 8.9: request `*` matches only `*`
        ("*", "*", True),
        ("*", APP_1, True),
        ("qcs:::::*", "*", False),
        ("qcs::sms:::app/*", "*", False),
    ],
)
def test_a_resource_pattern_covers_what_the_manual_says(pattern, resource, expected):
    assert covers(pattern, resource) == expected


@pytest.mark.parametrize(
    ("tail", "covered"),
    [
        # cam-language 3
        ("user/${uin}", "user/100001"),
        ("user/${owner_uin}", "user/12345678"),
        ("b-${app_id}/a", "b-9/a"),
    ],
)
def test_variables_are_replaced_when_a_statement_is_bound(tail, covered):
    assert covers(f"qcs::x:::{tail}", f"qcs::x:::{covered}")
    assert not covers(f"qcs::x:::{tail}", f"qcs::x:::{covered}0")


def test_an_allow_on_a_variable_without_value_allows_nothing():
    # cam-language 3: the statement does not match for allow
    (rule,) = rules(allow("*", "qcs::x:::user/${uin}"), values={})
    assert rule.scopes == ()


@pytest.mark.parametrize(
    ("tail", "denied", "others"),
    [
        ("user/${uin}", ["user/100001", "user/", "user/a/b", "user/*"], ["user", "anything", "sdkappid/1400000000"]),
        ("user/${uin}/*", ["user/1/x", "user//", "user/a/b/c"], ["user/1", "sdkappid/1400000000"]),
        ("${uin}", ["anything", "a/b"], []),
        ("${owner_uin}/${uin}", ["12345678/7"], ["87654321/7", "12345678"]),
        ("a*${uin}b", ["a/b", "ab"], ["a", "ba"]),
    ],
)
def test_a_deny_on_a_variable_without_value_denies_whatever_it_might_mean_and_no_more(tail, denied, others):
    # cam-language 3, fail closed: it may stand for any text
    (rule,) = rules(deny("*", f"qcs::x:::{tail}"), values={Variable.OWNER_UIN: "12345678"})
    assert [each for each in denied if not found_in([rule], f"qcs::x:::{each}")] == []
    assert [each for each in others if found_in([rule], f"qcs::x:::{each}")] == []
    assert not found_in([rule], f"qcs::y:::{denied[0]}")


def test_an_allow_by_an_appid_that_is_not_known_allows_nothing():
    (rule,) = rules(allow("*", "qcs::cos::uid/9:b/a"), owner=Owner("12345678", ""))
    assert rule.scopes == ()


def test_a_deny_by_an_appid_that_is_not_known_denies_for_it_may_be_the_own():
    # Fail closed, as for a variable without value: it may be this account that is meant.
    found = rules(deny("*", "qcs::cos::uid/9:b/a"), owner=Owner("12345678", ""))
    assert found_in(found, "qcs::cos::uin/12345678:b/a")


@pytest.mark.parametrize("effect", ["allow", "deny"])
def test_a_statement_on_another_account_covers_nothing_of_the_own_one(effect):
    (rule,) = rules(statement(effect, "*", "qcs::im::uin/87654321:sdkappid/1"))
    assert not rule.covers_resource(parse_resource("qcs::im::uin/12345678:sdkappid/1"), OWNER)
    assert found_in([rule], "qcs::im::uin/12345678:sdkappid/1") is None


def test_a_condition_that_cannot_be_told_never_allows_and_always_denies():
    # cam-language 2.2.13
    unknown = {"numeric_equal": {"size": 1}}
    facts = Facts({"size": ("big",)}, {}, None)
    allowing, denying = rules(allow("*", condition=unknown), deny("*", condition=unknown))
    assert (allowing.applies(facts), denying.applies(facts)) == (False, True)


def test_a_rule_names_its_statement_and_attachment():
    attachments = [
        Attachment(policy("a", allow("im:*"), deny("im:*")), "user/100001"),
        Attachment(policy("b", allow("im:*", condition=CONDITION), allow("im:*")), "group/team"),
    ]
    found = [(rule.order, rule.effect, rule.decision.statement) for rule in Rules(attachments, OWNER, [VALUES])]
    assert [(order, effect, ref.policy, ref.index, ref.attached_to) for order, effect, ref in found] == [
        (0, Effect.ALLOW, "a", 0, "user/100001"),
        (1, Effect.DENY, "a", 1, "user/100001"),
        (2, Effect.ALLOW, "b", 0, "group/team"),
        (3, Effect.ALLOW, "b", 1, "group/team"),
    ]


def naive(bound, resource):
    """What the index must find: the first rule in order that covers the resource."""
    for rule in bound:
        for scope in rule.scopes:
            if scope.is_any:
                return rule
            if not resource.is_any and scope.covers_place(resource) and scope.tail.matches(resource.tail):
                return rule
    return None


@given(strategies.policies(strategies.statements_of(st.just("allow"))), strategies.resources)
def test_the_index_finds_what_a_scan_in_order_finds(policies, text):
    bound = Rules([Attachment(each, "user/100001") for each in policies], OWNER, [VALUES])
    assert found_in(bound, text) == naive(bound, parse_resource(text))


@pytest.mark.parametrize(
    ("patterns", "first"),
    [
        ([APP_1, "qcs::im:::sdkappid/*"], 0),
        (["qcs::im:::sdkappid/*", APP_1], 0),
        ([APP_0, "qcs::im:::sdkappid/*", APP_1], 1),
        (["*", APP_1], 0),
        ([APP_0, APP_1, "*"], 1),
        ([APP_0, "*"], 1),
        (["qcs::im:gz::sdkappid/1400000001", APP_1], 1),
    ],
)
def test_the_first_statement_that_covers_the_resource_is_cited(patterns, first):
    found = found_in(rules(*(allow("*", pattern) for pattern in patterns)), APP_1)
    assert found.ref.index == first


def test_an_index_of_no_rules_finds_nothing():
    assert found_in([], "*") is None
    assert found_in([], APP_1) is None
