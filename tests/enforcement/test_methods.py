"""A mapping that does not fit its services is refused when it is made, with everything that is wrong."""

import pytest
from grpc_health.v1 import health_pb2

from authz.enforcement import PUBLIC, ApiMapping, Header, Listing, Permission, RequestField, ServiceMapping
from authz.errors import AuthzError, ConfigurationError
from tests.enforcement.backend import ALL_PUBLIC, APP, SERVICE, mapping

ITEMS = "qcs::sms::uin/12345678:app/{app}"


def faults(methods, **options):
    with pytest.raises(ConfigurationError) as refused:
        ApiMapping([ServiceMapping(SERVICE, methods)], principal=Header("x-principal"), **options)
    return list(refused.value.faults)


def faults_of(need, **options):
    return faults({**ALL_PUBLIC, "One": need}, **options)


def test_every_method_that_is_neither_mapped_nor_public_is_named():
    assert faults({"One": Permission("sms:SendSms"), "List": PUBLIC}) == [
        f"/test.Backend/{name}: not mapped; give it a permission or PUBLIC" for name in ("Many", "Gather", "Chat")
    ]


def test_a_mapped_method_that_does_not_exist_is_named():
    assert faults({**ALL_PUBLIC, "Oen": PUBLIC}) == ["/test.Backend/Oen: test.Backend has no such method"]


def test_a_service_that_is_mapped_twice_and_no_service_at_all_are_mistakes():
    public = ServiceMapping.public(SERVICE)
    with pytest.raises(ConfigurationError, match="mapped twice"):
        ApiMapping([public, public], principal=Header("x"))
    with pytest.raises(ConfigurationError, match="the mapping has no services"):
        ApiMapping([], principal=Header("x"))


def test_all_faults_are_told_at_once_and_by_one_error_with_a_code():
    found = faults({"One": Permission("sms", "qcs:::x"), "Nobody": PUBLIC})
    assert len(found) == 7
    assert issubclass(ConfigurationError, AuthzError)
    assert ConfigurationError.code == "InvalidConfiguration"


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("apq", "test.Ask has no field `apq`"),
        ("inner", "`inner` of test.Ask is neither a string nor an integer"),
        ("inner.no", "test.Inner has no field `no` (`inner.no`)"),
        ("app.id", "`app` of `app.id` is not a message"),
        ("raw", "`raw` of test.Ask is neither a string nor an integer"),
        ("flag", "`flag` of test.Ask is neither a string nor an integer"),
    ],
)
def test_a_field_that_the_request_has_not_is_named(field, expected):
    need = Permission("sms:SendSms", f"qcs::sms::uin/12345678:app/{{{field}}}")
    assert faults_of(need) == [f"/test.Backend/One: {expected}"]
    need = Permission("sms:SendSms", "*", {"dept": RequestField(field)})
    assert faults_of(need) == [f"/test.Backend/One: {expected}"]


@pytest.mark.parametrize("field", ["app", "number", "inner.id", "apps", "inners.ids", "maybe"])
def test_strings_integers_and_lists_of_them_are_good_fields(field):
    mapping({"One": Permission("sms:SendSms", f"qcs::sms::uin/12345678:app/{{{field}}}")})


@pytest.mark.parametrize(
    "resource",
    [
        "", "app/{app}", "qcs::sms::uin/1:", "qcs::sms::uin/1:app/*", "qcs::sms::uin/*:app/{app}",
        "qcs::{app}::uin/1:x",
        "qcs::sms::uid/1:app/{app}", "qcs::sms::uin/1:app/{app", "qcs::sms::uin/1:app/{}", "qcs:p:sms::uin/1:app/{app}",
        "qcs::sms::{app}:x", "{app}", "qcs::::uin/1:app/{app}",
    ],
)  # fmt: skip
def test_a_template_that_is_no_single_resource_is_refused(resource):
    assert len(faults_of(Permission("sms:SendSms", resource))) == 1


@pytest.mark.parametrize("action", ["", "SendSms", "sms:*", "sms:Send*", "*", "sms:Send Sms", "a:b:c"])
def test_an_action_names_one_api(action):
    assert len(faults_of(Permission(action))) == 1


def test_no_permission_is_no_way_to_say_public():
    assert "or PUBLIC if it needs none" in faults_of([])[0]


def test_a_constant_must_not_hide_a_field():
    need = Permission("sms:SendSms", "qcs::sms::uin/{account}:app/{app}")
    mapping({"One": need}, constants={"account": "12345678"})
    assert faults_of(need) == ["/test.Backend/One: test.Ask has no field `account`"]
    assert "rename the constant" in faults_of(Permission("sms:SendSms", APP), constants={"app": "1"})[0]


@pytest.mark.parametrize(
    ("need", "expected"),
    [
        (Listing("im:X", ITEMS, items="nothing"), "test.Told has no repeated message field `nothing`"),
        (Listing("im:X", ITEMS, items="texts"), "test.Told has no repeated message field `texts`"),
        (Listing("im:X", ITEMS, items="items", count="text"), "test.Told has no integer field `text`"),
        (Listing("im:X", ITEMS.replace("app}", "no}"), items="items"), "test.Item has no field `no`"),
        (Listing("im:*", ITEMS, items="items"), "`im:*` is not an action; expected one such as `sms:SendSms`"),
        (
            Listing("im:X", ITEMS, items="items", item_context={"dept": str}),
            "`dept` is not a resource tag; a key for each item must be one",
        ),
    ],
)
def test_a_listing_must_fit_the_answer(need, expected):
    assert faults_of(need) == [f"/test.Backend/One: {expected}"]


@pytest.mark.parametrize("key", ["qcs:resource_tags", "qcs:resource_tags/dept", "QCS:resource_tag", "qcs:request_tag"])
def test_a_key_that_only_begins_like_a_resource_tag_is_none(key):
    listing = Listing("im:X", ITEMS, items="items", item_context={key: str})
    assert faults_of(listing) == [f"/test.Backend/One: `{key}` is not a resource tag; a key for each item must be one"]


@pytest.mark.parametrize("place", ["call", "every call"])
@pytest.mark.parametrize("given", ["qcs:resource_tag", "qcs:resource_tag/env", "qcs:tag", "qcs:tag/env"])
@pytest.mark.parametrize("own", ["qcs:resource_tag", "qcs:resource_tag/dept", "qcs:tag/dept"])
def test_resource_tags_come_from_the_call_or_from_the_items(own, given, place):
    sources = {given: Header("x-tag")}
    context, options = (sources, {}) if place == "call" else ({}, {"context": sources})
    listing = Listing("im:X", ITEMS, items="items", context=context, item_context={own: str})
    expected = (
        f"`{given}` is given for all items and `{own}` for each item; give resource tags in one of the two places only"
    )
    assert faults_of(listing, **options) == [f"/test.Backend/One: {expected}"]


def test_several_tags_of_items_and_a_request_tag_of_the_call_go_together():
    own = {"qcs:resource_tag": str, "qcs:resource_tag/dept": str}
    context = {"qcs:request_tag": Header("x-tag"), "qcs:resource_tags": Header("x-tags")}
    mapping({"One": Listing("im:X", ITEMS, items="items", context=context, item_context=own)})


def test_a_listing_is_no_stream():
    listing = Listing("im:X", ITEMS, items="items")
    assert "must not be a stream" in faults({**ALL_PUBLIC, "Many": listing})[0]


def test_a_public_service_is_public_as_a_whole():
    health = health_pb2.DESCRIPTOR.services_by_name["Health"]
    mapped = ApiMapping([ServiceMapping.public(health)], principal=Header("x"))
    assert mapped.rule("/grpc.health.v1.Health/Check") is PUBLIC
    assert mapped.rule("/grpc.health.v1.Health/Nothing") is None
