import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from authz.language import resource as module
from authz.language.report import Refusal
from authz.language.resource import (
    AccountKind,
    AccountSegment,
    parse_resource,
    parse_resource_head,
    parse_resource_pattern,
)
from authz.pattern import ANY
from tests import strategies

OWN = AccountSegment(AccountKind.OWN)


def code(parse, text):
    with pytest.raises(Refusal) as caught:
        parse(text)
    return caught.value.code.removeprefix("InvalidParameter.")


def test_an_im_resource_has_six_segments_of_which_two_are_empty():
    # cam-language 1.3: "there is no seventh part; it only looks long because two segments are empty"
    pattern = parse_resource_pattern("qcs::im::uin/12345678:sdkappid/1400000001")
    assert (str(pattern.service), pattern.region, str(pattern.tail)) == ("im", ANY, "sdkappid/1400000001")
    assert pattern.account == AccountSegment(AccountKind.UIN, "12345678")
    assert not pattern.is_any


def test_empty_service_and_region_of_a_pattern_mean_all():
    # cam-language 1.3: segment 3 empty = all products, segment 4 empty = all regions
    pattern = parse_resource_pattern("qcs:::::*")
    assert (pattern.service, pattern.region) == (ANY, ANY)


def test_an_empty_account_means_the_policys_own_account_and_not_any():
    # cam-language 1.3 and 8.8
    assert parse_resource_pattern("qcs::im:::sdkappid/*").account == OWN
    assert parse_resource("qcs::im:::sdkappid/1").account == OWN


@pytest.mark.parametrize("account", ["*", "uin/*"])
def test_a_star_as_account_is_any(account):
    # cam-language 1.3: `*` in segments 3-5: accept as any
    assert parse_resource_pattern(f"qcs::im::{account}:sdkappid/*").account.kind is AccountKind.ANY


@pytest.mark.parametrize("parse", [parse_resource_pattern, parse_resource])
def test_an_appid_names_the_account_of_other_products(parse):
    # cam-language 1.3: `uid/<appid>` (only for COS and CAS)
    assert parse("qcs::cos:gz:uid/1250000000:bucket/a").account == AccountSegment(AccountKind.UID, "1250000000")


@pytest.mark.parametrize("parse", [parse_resource_pattern, parse_resource])
@pytest.mark.parametrize("service", ["im", "sms", "SMS"])
def test_an_appid_is_refused_for_im_and_sms(parse, service):
    # requirements 9
    assert code(parse, f"qcs::{service}::uid/1250000000:app/1") == "ResourceUinError"


def test_any_appid_is_refused_for_im_too():
    # requirements 9
    assert code(parse_resource_pattern, "qcs::im::uid/*:sdkappid/1") == "ResourceUinError"


@pytest.mark.parametrize("parse", [parse_resource_pattern, parse_resource])
@pytest.mark.parametrize("account", ["12345678", "uin", "uin/abc", "uin/1 2", "root", "user/1"])
def test_an_account_that_is_neither_uin_nor_uid_is_refused(parse, account):
    assert code(parse, f"qcs::im::{account}:sdkappid/1") == "ResourceUinError"


@pytest.mark.parametrize("parse", [parse_resource_pattern, parse_resource])
def test_the_anonymous_principal_is_not_a_resource(parse):
    # cam-language 1.3: principal parser only; it has six segments, so it is its account that is wrong
    assert code(parse, "qcs::cam::anonymous:anonymous") == "ResourceUinError"


def test_a_policy_must_leave_the_project_empty():
    # cam-language 1.3: ResourceProjectError otherwise
    assert code(parse_resource_pattern, "qcs:id/0:im::uin/1:sdkappid/1") == "ResourceProjectError"


@pytest.mark.parametrize("project", ["id/0", "id/1158313", "7"])
def test_the_project_of_a_request_is_ignored(project):
    # cam-language 1.3: ignore segment 2 of the request
    with_project = parse_resource(f"qcs:{project}:cvm:gz:uin/1:instance/i")
    without = parse_resource("qcs::cvm:gz:uin/1:instance/i")
    assert (with_project.service, with_project.tail) == (without.service, without.tail)


@pytest.mark.parametrize("parse", [parse_resource_pattern, parse_resource])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "im",
        "sdkappid/1400000001",
        "QCS::im::uin/1:sdkappid/1",
        "acs::im::uin/1:sdkappid/1",
        "qcs::im:uin/1:sdkappid/1",
        "qcs::im::uin/1:sdkappid/1:group/x",
        "qcs::sms::uin/1:app/1:",
        "**",
    ],
)
def test_anything_but_a_star_or_six_segments_is_refused(parse, text):
    # cam-language 1.3: fewer than six segments; requirements 22: five or seven segments
    assert code(parse, text) == "ResourceQcsError"


@pytest.mark.parametrize("parse", [parse_resource_pattern, parse_resource])
def test_an_empty_resource_is_answered_with_how_to_name_none(parse):
    with pytest.raises(Refusal, match=r"the resource is empty; expected `\*`"):
        parse("")


def test_further_colons_belong_to_the_last_segment_of_products_that_have_them():
    # cam-language 1.3: split on the first five `:`; segment 6 keeps any further `:`
    assert str(parse_resource_pattern("qcs::cos::uid/1:b/a:b:c").tail) == "b/a:b:c"
    assert parse_resource("qcs::cos::uid/1:b/a:b:c").tail == "b/a:b:c"


@pytest.mark.parametrize("parse", [parse_resource_pattern, parse_resource])
@pytest.mark.parametrize("tail", ["", "  "])
def test_an_empty_last_segment_is_refused(parse, tail):
    assert code(parse, f"qcs::im::uin/1:{tail}") == "ResourceContentError"


def test_service_region_and_account_fold_case_and_the_last_segment_does_not():
    # cam-language 1.3: `qcs::SMS::` is published; segment 6 case-sensitive
    pattern = parse_resource_pattern("qcs::SMS:AP-Guangzhou:UIN/1:App/X")
    assert (str(pattern.service), str(pattern.region), str(pattern.tail)) == ("sms", "ap-guangzhou", "App/X")
    assert pattern.account == AccountSegment(AccountKind.UIN, "1")
    resource = parse_resource("qcs::SMS:AP-Guangzhou:UIN/1:App/X")
    assert (resource.service, resource.region, resource.tail) == ("sms", "ap-guangzhou", "App/X")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # cam-language 1.3: the alias table
        ("gz", "ap-guangzhou"),
        ("sh", "ap-shanghai"),
        ("bj", "ap-beijing"),
        ("cd", "ap-chengdu"),
        ("cq", "ap-chongqing"),
        ("hk", "ap-hongkong"),
        ("GZ", "ap-guangzhou"),
    ],
)
def test_old_and_new_region_names_are_one_region(old, new):
    assert str(parse_resource_pattern(f"qcs::cvm:{old}:uin/1:*").region) == new
    assert parse_resource(f"qcs::cvm:{old}:uin/1:instance/i").region == new


def test_blanks_at_the_ends_of_segments_are_trimmed():
    # cam-language 1.3: `qcs::bmeip::: eipId / …` is published; lenient: trim segment ends
    pattern = parse_resource_pattern(" qcs: : sms :: uin/1 : app/1 ")
    assert (str(pattern.service), pattern.account.number, str(pattern.tail)) == ("sms", "1", "app/1")


def test_a_variable_in_the_last_segment_is_kept_for_binding():
    # cam-language 3: segment 6 of a resource
    assert parse_resource_pattern("qcs::im:::user/${uin}").tail.variables


def test_an_unknown_variable_in_the_last_segment_is_refused():
    # cam-language 3: refuse at validation
    assert code(parse_resource_pattern, "qcs::im:::user/${name}") == "ResourceContentError"


def test_a_variable_outside_the_last_segment_is_not_expanded():
    # cam-language 3: not expanded in segments 1-5
    assert code(parse_resource_pattern, "qcs::im::uin/${owner_uin}:sdkappid/1") == "ResourceUinError"
    assert str(parse_resource_pattern("qcs::im:${uin}::sdkappid/1").region) == "${uin}"


def test_the_bare_star_is_any_resource_for_patterns_and_none_for_requests():
    # cam-language 6: operation-level APIs are asked about `*`
    assert parse_resource_pattern("*").is_any
    assert parse_resource_pattern(" * ").is_any
    assert parse_resource("*").is_any


def test_a_pattern_that_spans_everything_is_still_not_the_bare_star():
    # cam-language 6: `qcs::ssl:::*` against request `*`: no match
    assert not parse_resource_pattern("qcs:::::*").is_any


def test_a_star_in_the_resource_of_a_request_is_a_literal():
    # cam-language 6: `type/*` is sent when the caller asks for all of a kind
    resource = parse_resource("qcs::im::uin/1:sdkappid/*")
    assert resource.tail == "sdkappid/*"
    assert not resource.is_any


@pytest.mark.parametrize("account", ["*", "uin/*"])
def test_a_request_names_one_account(account):
    assert code(parse_resource, f"qcs::im::{account}:sdkappid/1") == "ResourceUinError"


@given(strategies.resource_patterns)
def test_a_pattern_keeps_its_text_as_written(text):
    assert parse_resource_pattern(text).text == text


@given(strategies.resources)
def test_a_resource_keeps_its_text_as_written(text):
    assert parse_resource(text).text == text


PARTS = ["qcs", "im", "COS", "gz", " ", "uin/1", "UID/9", "uin/*", "project", "sdkappid/1", "b/a:c", "*", "x" * 300]


@given(st.lists(st.sampled_from(["", ":", *PARTS]), max_size=14).map("".join))
@example("qcs::im::uin/1:a:b")
@example("qcs::cos:gz:uid/9: b/a ")
@example("qcs::im::uin/1:")
def test_remembering_the_places_of_resources_changes_no_answer(text):
    def read(parse):
        try:
            return parse(text)
        except Refusal as refusal:
            return refusal.code, refusal.message

    assert text == "*" or read(parse_resource) == read(parse_resource) == read(module._parse_resource)


def test_places_that_callers_make_absurdly_long_are_not_kept():
    before = module._some_resource.cache_info().currsize
    assert parse_resource(f"qcs:{'p' * 1000}:im::uin/1:sdkappid/1").service == "im"
    assert module._some_resource.cache_info().currsize == before


@given(st.lists(st.sampled_from(["", ":", *PARTS]), max_size=14).map("".join), st.sampled_from(["b", " b", "", "*"]))
@example("qcs::im::uin/1:", "b")
@example("qcs::cos:gz:uid/9:", "b")
def test_a_head_is_valid_for_all_resources_that_begin_with_it(head, tail):
    some = parse_resource_head(head)
    if some is not None and head != "*" and tail.strip() == tail != "":
        whole = parse_resource(head + tail)
        assert (whole.service, whole.region, whole.account) == (some.service, some.region, some.account)
        assert whole.tail == tail


def test_a_head_is_all_but_a_tail_or_no_resource_at_all():
    assert parse_resource_head("qcs::IM::uin/1:").service == "im"
    assert parse_resource_head("*") is parse_resource("*")
    assert [parse_resource_head(head) for head in ("", "qcs::im:", "no:::::", f"qcs:{'p' * 1000}:im:::")] == [None] * 4


@pytest.mark.parametrize(
    ("outer", "inner", "expected"),
    [
        ("*", "qcs::im:::sdkappid/*", True),
        ("qcs:::::*", "*", False),
        ("qcs:::::*", "qcs::im:::sdkappid/1", True),
        ("qcs::im:::sdkappid/*", "qcs::im::uin/12345678:sdkappid/1", True),
        ("qcs::im::uin/12345678:sdkappid/*", "qcs::im:::sdkappid/1", True),
        ("qcs::im:::sdkappid/1*", "qcs::im:::sdkappid/*", False),
        ("qcs::im::*:sdkappid/1", "qcs::im:::sdkappid/1", True),
        ("qcs::cam:::roleName/*", "qcs::cam::uin/87654321:roleName/ci", False),
        ("qcs::cam::*:roleName/*", "qcs::cam::uin/87654321:roleName/ci", True),
        ("qcs::cam:::uin/*", "qcs::cam::uin/12345678:uin/1", True),
        ("qcs::cos:::b/*", "qcs::cos::uin/87654321:b/a", False),  # which another account may share
        ("qcs::cos::uin/87654321:b/*", "qcs::cos:::b/a", False),
        ("qcs::cvm:gz::*", "qcs::cvm:ap-guangzhou::instance/1", True),
        ("qcs::cvm:gz::*", "qcs::cvm:::instance/1", False),
        ("qcs::im:::sdkappid/${uin}", "qcs::im:::sdkappid/${uin}", True),
        ("qcs::im:::sdkappid/${uin}", "qcs::im:::sdkappid/${owner_uin}", False),
        ("qcs::im:::sdkappid/*", "qcs::im:::sdkappid/${uin}", True),
        ("qcs::cos:::b/dir/*", "qcs::cos:::b/dir/*", True),
        ("qcs::cos:::b/dir/*", "qcs::cos:::b/dir", False),
        ("qcs::cos:::b/*/*", "qcs::cos:::b/dir/*", True),
    ],
)
def test_whether_one_resource_covers_another(outer, inner, expected):
    assert parse_resource_pattern(outer).covers(parse_resource_pattern(inner)) is expected


@pytest.mark.parametrize(
    ("tail", "expected"),
    [("roleName/ci", True), ("*", True), ("r*x", True), ("role", False), ("${uin}", False), ("rolename/ci", False)],
)
def test_of_cam_only_roles_may_be_another_accounts(tail, expected):
    # cam-language 5.3
    assert parse_resource_pattern(f"qcs::cam::uin/87654321:{tail}").may_be_foreign is expected
