"""Rows of the manual on conditions and their keys, each at work in a decision (cam-language 2.2 to 2.4)."""

import pytest

from authz.engine.decision import Reason
from authz.engine.request import parse_request
from tests.builders import ALICE, account, allow, deny, engine, policy


def decided(*statements, now=None, **context):
    """The decision for Alice with these statements; context keys are written with `__` for the colon."""
    values = {key.replace("__", ":"): tuple(value) for key, value in context.items()}
    of = engine(account(own=[policy("p", *statements)]))
    return of.decide(parse_request(ALICE, "cvm:RunInstances", "*", values, now))


def is_granted(operator, key, expected, actual, now=None):
    """Whether a grant under one condition allows, and a deny under the same condition denies: both or neither."""
    condition = {operator: {key: expected}}
    context = {} if actual is None else {key: actual}
    allowed = decided(allow("*", condition=condition), now=now, **context).allowed
    denied = decided(allow("*"), deny("*", condition=condition), now=now, **context).reason is Reason.EXPLICIT_DENY
    assert allowed is denied
    return allowed


@pytest.mark.parametrize(
    ("operator", "key", "expected", "fitting", "other"),
    [
        # cam-language 2.4, one row each; the first actual value fits, the second does not
        ("ip_equal", "qcs:ip", ["10.0.0.0/8", "192.0.2.7"], ["192.0.2.7"], ["192.0.2.8"]),
        ("bool_equal", "qcs:mfa", True, ["true"], ["false"]),
        ("for_any_value:string_equal", "qcs:resource_tag", "dept&ops", ["a&b", "dept&ops"], ["dept&dev"]),
        ("for_any_value:string_like", "qcs:resource_tag", "dept&*", ["dept&dev"], ["team&x"]),
        ("for_all_value:string_equal", "qcs:request_tag", ["a&1", "b&2"], ["b&2"], ["b&2", "c&3"]),
        ("null_equal", "qcs:resource_tag/dept", "false", ["ops"], None),
        ("null_equal", "qcs:request_tag/dept", "true", None, ["ops"]),
        ("for_any_value:string_equal", "qcs:tag", "dept&ops", ["dept&ops"], ["dept&dev"]),
        ("string_equal", "qcs:tag/dept", "ops", ["ops"], ["dev"]),
        ("string_equal", "qcs:create_uin", "${uin}", ["100001"], ["100002"]),
        ("string_equal", "qcs:vpc", "vpc-1", ["vpc-1"], ["vpc-2"]),
        ("string_equal", "vpc:requester_vpc", "vpc-1", ["vpc-1"], None),
        ("string_equal_if_exist", "vpc:region", "sh", None, ["gz"]),
        ("string_equal", "mfa", "0", ["0"], ["1"]),
        ("numeric_equal", "mfa", 0, ["0"], ["1"]),
        ("numeric_greater_than_equal", "cos:tls-version", 1.2, ["1.2"], ["1.1"]),
        ("bool_equal", "cos:secure-transport", "true", ["true"], ["false"]),
        ("numeric_less_than_equal", "cos:content-length", 10, ["10"], ["11"]),
        ("string_equal", "cvm:instance_type", ["S1.SMALL1", "S1.SMALL2"], ["S1.SMALL2"], ["S2.SMALL1"]),
        ("numeric_less_than", "cvm_system_disk_size", "100", ["50"], ["100"]),
        ("for_all_value:string_equal_if_exist", "bmvpc:unVpcId", ["v1", "v2"], ["v1", "v2"], ["v1", "v3"]),
    ],
)
def test_a_condition_key_of_the_manual_decides(operator, key, expected, fitting, other):
    assert is_granted(operator, key, expected, fitting)
    assert not is_granted(operator, key, expected, other)


def test_the_current_time_is_that_of_the_server():
    # cam-language 2.4: qcs:current_time: time the web server received the request
    until = "date_less_than", "qcs:current_time", "2030-01-01T00:00:00Z"
    assert [is_granted(*until, None, now=1_893_456_000 + step) for step in (-1, -0.001, 0, 1)] == [True] * 2 + [
        False
    ] * 2


def test_the_callers_identity_is_known_without_a_context():
    # cam-language 2.4: qcs:uin, qcs:owner_uin: caller uin, caller root uin: supply both
    assert is_granted("string_equal", "qcs:uin", "100001", None)
    assert is_granted("string_equal", "qcs:owner_uin", "12345678", None)
    assert not is_granted("string_equal", "qcs:uin", "100002", ["100002"])


def test_condition_keys_are_case_sensitive():
    # cam-language 2.4: keys are case-sensitive
    grant = allow("*", condition={"string_equal": {"qcs:vpc": "vpc-1"}})
    assert not decided(grant, qcs__VPC=["vpc-1"]).allowed


def test_keys_under_one_operator_must_all_hold():
    # cam-language 2.2, rule 2
    grant = allow("*", condition={"string_equal": {"a": "1", "b": "2"}})
    assert decided(grant, a=["1"], b=["2"]).allowed
    assert not decided(grant, a=["1"], b=["x"]).allowed
    assert not decided(grant, a=["x"], b=["2"]).allowed


def test_operators_of_one_condition_must_all_hold():
    # cam-language 2.2, rule 3
    grant = allow("*", condition={"string_equal": {"a": "1"}, "ip_equal": {"qcs:ip": "10.0.0.0/8"}})
    assert decided(grant, a=["1"], qcs__ip=["10.1.2.3"]).allowed
    assert not decided(grant, a=["1"], qcs__ip=["192.0.2.1"]).allowed
    assert not decided(grant, a=["2"], qcs__ip=["10.1.2.3"]).allowed


def test_a_request_without_the_key_slips_through_a_negated_deny_as_documented():
    # cam-language 2.2, rules 4 and 5, by the pair of statements that proves them
    grant = allow("*", condition={"string_equal_if_exist": {"cos:versionid": ""}})
    open_deny = deny("*", condition={"string_not_equal": {"cos:versionid": ""}})
    shut_deny = deny("*", condition={"string_not_equal_if_exist": {"cos:versionid": ""}})
    assert decided(grant, open_deny).allowed
    assert not decided(grant, shut_deny).allowed
    assert decided(grant, shut_deny, cos__versionid=[""]).allowed


@pytest.mark.parametrize(
    ("operator", "key", "expected", "actual"),
    [
        ("numeric_equal", "a:n", 1, "many"),
        ("numeric_not_equal", "a:n", 1, "many"),
        ("ip_equal", "a:ip", "10.0.0.0/8", "home"),
        ("date_less_than", "a:d", "2030-01-01T00:00:00Z", "then"),
        ("bool_equal", "qcs:mfa", True, "perhaps"),
    ],
)
def test_a_value_of_another_type_neither_allows_nor_escapes_a_deny(operator, key, expected, actual):
    # cam-language 2.2, rule 13
    condition = {operator: {key: expected}}
    assert not decided(allow("*", condition=condition), **{key: [actual]}).allowed
    found = decided(allow("*"), deny("*", condition=condition), **{key: [actual]})
    assert found.reason is Reason.EXPLICIT_DENY


def test_values_from_the_parameters_of_a_url_are_compared_as_they_are_encoded():
    # cam-language 2.3: request values from URL parameters
    test = "string_equal", "cos:response-content-type", "image%2Fjpeg"
    assert is_granted(*test, ["image%2Fjpeg"])
    assert not is_granted(*test, ["image/jpeg"])


def test_a_tag_is_one_text_of_key_and_value_in_any_script():
    # cam-language 2.3: tag
    tagged = "for_any_value:string_equal", "qcs:resource_tag", "部门&研发部"
    assert is_granted(*tagged, ["部门&研发部"])
    assert not is_granted(*tagged, ["部门&市场部"])


def test_addresses_of_version_6_follow_the_same_rule():
    # cam-language 2.3: IPv6
    assert is_granted("ip_equal", "qcs:ip", "2001:db8::/32", ["2001:db8::7"])
    assert not is_granted("ip_equal", "qcs:ip", "2001:db8::/32", ["10.0.0.1"])
    assert is_granted("ip_not_equal", "qcs:ip", "10.0.0.0/8", ["2001:db8::7"])
