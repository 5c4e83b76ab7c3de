import pytest

from authz.catalog.catalog import Access, Catalog, load_catalog

CATALOG = load_catalog()


@pytest.mark.parametrize(
    ("service", "name", "access", "resource_level", "resource_type"),
    [
        ("im", "RemoveUser", Access.WRITE, True, "sdkappid"),
        ("im", "DescribeIMAppList", Access.LIST, True, "sdkappid"),
        ("sms", "DescribeAppInfo", Access.READ, True, "app"),
        # cam-language 6; requirements 39: server APIs are operation-level
        ("sms", "SendSms", Access.WRITE, False, ""),
    ],
)
def test_the_catalog_has_the_access_level_and_resource_type_of_an_action(
    service, name, access, resource_level, resource_type
):
    action = CATALOG.find(service, name)
    assert (action.access, action.resource_level, action.resource_type) == (access, resource_level, resource_type)
    assert str(action) == f"{service}:{name}"


def test_actions_are_found_whatever_their_case():
    assert CATALOG.find("SMS", "sendsms") is CATALOG.find("sms", "SendSms")


@pytest.mark.parametrize(("service", "name"), [("im", "NoSuchAction"), ("nosuch", "RemoveUser"), ("", "")])
def test_an_unknown_action_is_none(service, name):
    assert CATALOG.find(service, name) is None


def test_the_actions_that_only_the_published_examples_name_are_known():
    # requirements 32
    for name in ("RemoveUser", "DescribeAppStatList", "DescribeTrtcAppAndAccountInfo"):
        assert CATALOG.find("im", name).status == "example-only"


def test_a_legacy_action_names_its_successor():
    # requirements 102
    legacy = CATALOG.find("consolesms", "SMS_GetAPPInfo")
    assert (legacy.status, legacy.successor) == ("legacy", "sms:DescribeAppInfo")


def test_the_actions_of_services_are_listed_alone_or_together():
    assert {action.service for action in CATALOG.actions("im")} == {"im"}
    assert {action.service for action in CATALOG.actions("im", "cam")} == {"im", "cam"}
    assert len(CATALOG.actions()) > len(CATALOG.actions("im", "sms", "cam"))
    assert CATALOG.actions("nosuch") == ()


def test_all_services_are_listed():
    assert CATALOG.services >= {"im", "sms", "consolesms", "cam", "sts"}


def test_an_empty_catalog_knows_nothing():
    assert Catalog(iter(())).find("im", "RemoveUser") is None


def test_the_catalog_is_read_once():
    assert load_catalog() is CATALOG
