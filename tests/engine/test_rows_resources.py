"""Rows of the manual on actions, resources and principals, each at work in a decision (cam-language 1.2 to 1.4, 5)."""

import dataclasses

import pytest

from authz.engine.decision import Reason
from authz.engine.request import parse_request
from authz.language.document import PolicyKind
from authz.language.parse import parse_policy
from tests.builders import ALICE, CI, ROOT, account, allow, ask, deny, document, engine, policy


def covers(pattern, resource):
    """Whether a grant and a deny on the pattern both reach the resource; never one alone."""
    allowed = ask(account(own=[policy("p", allow("*", pattern))], app_id="9"), "x:Do", resource).allowed
    both = account(own=[policy("p", allow("*"), deny("*", pattern))], app_id="9")
    assert allowed is (ask(both, "x:Do", resource).reason is Reason.EXPLICIT_DENY)
    return allowed


@pytest.mark.parametrize(
    ("pattern", "resource"),
    [
        # cam-language 1.3, segment 6: `type/id`, `type/path` and the formats of products
        ("qcs::cvm:gz::instance/ins-1", "qcs::cvm:gz:uin/12345678:instance/ins-1"),
        ("qcs::cos:gz:uid/9:bucket-9/key", "qcs::cos:ap-guangzhou:uid/9:bucket-9/key"),
        ("qcs::cam::uin/12345678:root", "qcs::cam::uin/12345678:root"),
        ("qcs::cam::uin/12345678:groupid/7", "qcs::cam::uin/12345678:groupid/7"),
        ("qcs::cam::uin/12345678:policyid/*", "qcs::cam::uin/12345678:policyid/12"),
        ("qcs::cam::uin/12345678:uin/100001", "qcs::cam::uin/12345678:uin/100001"),
        ("qcs::cvm:gz::*", "qcs::cvm:gz:uin/12345678:eip/eip-1"),
    ],
)
def test_every_published_format_of_a_last_segment_matches_itself(pattern, resource):
    assert covers(pattern, resource)
    assert not covers(
        pattern, resource.replace("cvm:gz", "cvm:sh").replace("9:bucket-9/key", "9:a").replace("cam", "x")
    )


@pytest.mark.parametrize(
    ("pattern", "resource", "is_covered"),
    [
        # cam-language 1.3: "prefix match" without `*`: a pattern ending `/*` covers the bare parent of paths too
        ("qcs::cmqqueue:::queueName/uin/${uin}/*", "qcs::cmqqueue:cd:uin/12345678:queueName/uin/100001", True),
        ("qcs::cmqqueue:::queueName/uin/${uin}/*", "qcs::cmqqueue:cd:uin/12345678:queueName/uin/100001/q", True),
        ("qcs::cmqqueue:::queueName/uin/${uin}/*", "qcs::cmqqueue:cd:uin/12345678:queueName/uin/1000019", False),
        ("qcs::cos:::b/dir/*", "qcs::cos:gz::b/dir", True),
        ("qcs::cos:::b/dir*", "qcs::cos:gz::b/dir", True),
        ("qcs::im:::sdkappid/*", "qcs::im:::sdkappid", False),
        ("qcs::cvm:::instance/*", "qcs::cvm:gz::instance", False),
    ],
)
def test_a_directory_is_covered_with_all_that_is_in_it_where_names_are_paths(pattern, resource, is_covered):
    assert covers(pattern, resource) is is_covered


def test_each_of_several_resources_of_one_request_may_be_granted_by_another_statement():
    # cam-language 1.3: several resources on one request: every one must be authorised; they are asked one by one
    device, address = "qcs::bm:gz::instance/cpm-1", "qcs::bmeip:::eipId/eip-1"
    of = account(own=[policy("p", allow("bm:BindEip", device), allow("bm:BindEip", address))])
    assert [ask(of, "bm:BindEip", each).statement.index for each in (device, address)] == [0, 1]
    assert not ask(of, "bm:BindEip", "qcs::bmeip:::eipId/eip-2").allowed


@pytest.mark.parametrize(
    ("pattern", "resource", "is_covered"),
    [
        # as published for bmeip: the ends are trimmed, and what is left is a name with blanks in it
        ("qcs::bmeip::: eipId / eip - 34 lvo6ir ", "qcs::bmeip:::eipId / eip - 34 lvo6ir", True),
        ("qcs::bmeip::: eipId / eip - 34 lvo6ir ", "qcs::bmeip::: eipId / eip - 34 lvo6ir ", True),
        ("qcs::bmeip::: eipId / eip - 34 lvo6ir ", "qcs::bmeip:::eipId/eip-34lvo6ir", False),
        ("qcs::cos::: b/a b ", "qcs::cos:::b/a b", True),
        ("qcs::im:::key/a b", "qcs::im:::key/a b", True),
        ("qcs::im:::key/a b", "qcs::im:::key/a  b", False),
        ("qcs::im:::key/a b", "qcs::im:::key/ab", False),
        ("qcs::im:::key/ab", "qcs::im:::key/a b", False),
        ("qcs::im:::key/a *", "qcs::im:::key/a b", True),
        ("qcs::im:::key/a\tb", "qcs::im:::key/a\tb", True),
        ("qcs::sms:::app/${owner_uin} x", "qcs::sms:::app/12345678 x", True),
    ],
)
def test_blanks_around_a_segment_are_nothing_and_blanks_inside_are_part_of_the_name(pattern, resource, is_covered):
    # cam-language 1.3: stray blanks
    assert covers(pattern, resource) is is_covered


def test_a_deny_on_a_name_with_blanks_protects_it():
    of = account(own=[policy("p", allow("im:*"), deny("im:*", "qcs::im:::key/a b"))])
    assert ask(of, "im:RemoveUser", "qcs::im::uin/12345678:key/a b").reason is Reason.EXPLICIT_DENY
    assert ask(of, "im:RemoveUser", "qcs::im::uin/12345678:key/ab").allowed


@pytest.mark.parametrize(
    ("named", "is_admitted"),
    [
        # cam-language 1.4: `qcs::cam::uid/APPID:uin/S`
        ("qcs::cam::uid/9:uin/100001", True),
        ("qcs::cam::uid/9:root", True),
        ("qcs::cam::uid/8:uin/100001", False),
    ],
)
def test_a_trust_policy_may_name_the_account_by_its_appid(named, is_admitted):
    statement = {"effect": "allow", "action": "sts:AssumeRole", "principal": {"qcs": named}}
    trust = parse_policy(document(statement), PolicyKind.TRUST)
    of = account(own=[policy("p", allow("sts:*"))], app_id="9")
    roles = {"ci": dataclasses.replace(of.roles["ci"], trust=trust)}
    of = dataclasses.replace(of, roles=roles)
    assert ask(of, "sts:AssumeRole", "qcs::cam::uin/12345678:roleName/ci").allowed is is_admitted


@pytest.mark.parametrize("service", ["cls.cloud.tencent.com", "cvm.qcloud.com"])
def test_both_forms_of_service_names_are_accepted(service):
    # cam-language 1.4: service names
    statement = {"effect": "allow", "action": "sts:AssumeRole", "principal": {"service": [service]}}
    (found,) = parse_policy(document(statement), PolicyKind.TRUST).statements
    assert found.principals.service == (service,)


def test_creating_a_resource_gives_no_right_to_it():
    # cam-language 5.1: sub-account
    of = account(own=[policy("p", allow("im:CreateSdkAppid"))])
    assert not ask(of, "im:DescribeSdkAppInfo", "qcs::im::uin/12345678:sdkappid/1400000001").allowed


def test_policies_do_not_bind_the_root_account():
    # cam-language 5.1: can deny policies bind root?
    of = account(own=[policy("p", deny("*"))], group=[policy("g", deny("*"))], boundary=policy("b", deny("*")))
    assert ask(of, "im:AddUser", principal=ROOT).reason is Reason.ROOT_ACCOUNT
    assert ask(of, "im:AddUser", principal=ALICE).reason is Reason.EXPLICIT_DENY


def test_a_boundary_of_a_role_bounds_its_sessions():
    # cam-language 5.3, layer 5: set per user or role
    of = account(role=[policy("p", allow("*"))], boundary=policy("b", allow("im:*")))
    assert ask(of, "im:AddUser", principal=CI).allowed
    assert ask(of, "sms:SendSms", principal=CI).reason is Reason.OUTSIDE_BOUNDARY


def test_the_resources_of_another_account_are_reached_as_a_role_of_it_only():
    # cam-language 5.3: cross-account services: only as a role of that account
    other = account(uin="87654321", role=[policy("p", allow("*"))])
    both = engine(account(own=[policy("p", allow("*"))]), other)
    app = "qcs::im::uin/87654321:sdkappid/1400000001"
    assert both.decide(parse_request(ALICE, "im:AddUser", app, {})).reason is Reason.CROSS_ACCOUNT
    assert both.decide(parse_request("qcs::cam::uin/87654321:roleName/ci", "im:AddUser", app, {})).allowed
