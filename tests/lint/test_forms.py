import pytest

from authz.language.resource import parse_resource_pattern
from authz.lint.forms import misfit, services_asked, without_region


def code(service, text):
    found = misfit(service, parse_resource_pattern(text))
    return found and found.code


@pytest.mark.parametrize(
    ("service", "text"),
    [
        ("sms", "*"),
        ("sms", "qcs::sms:::app/1400000001"),
        ("sms", "qcs::sms:*::app/1400000001"),
        ("im", "qcs::im::uin/12345678:sdkappid/*"),
        ("im", "qcs::im:::sdkappid/14*"),
        ("im", "qcs::im:::sdkappid/${uin}"),
        ("im", "qcs::im:::*/1400000001"),
        ("im", "qcs::im:::*"),
        ("cam", "qcs::cam::uin/12345678:roleName/ci"),
        ("cvm", "qcs::cvm:ap-guangzhou::instance/ins-1"),
        ("cos", "qcs::cos:ap-shanghai:uid/1250000000:b/x/y"),
    ],
)
def test_a_form_that_some_resource_has(service, text):
    assert code(service, text) is None


@pytest.mark.parametrize(
    ("service", "text", "expected"),
    [
        ("sms", "qcs::sms:ap-guangzhou::app/1400000001", "Lint.ResourceRegion"),
        ("sms", "qcs::sms:gz::app/*", "Lint.ResourceRegion"),
        ("im", "qcs::im:ap-*::*", "Lint.ResourceRegion"),
        ("cam", "qcs::cam:ap-guangzhou::uin/1", "Lint.ResourceRegion"),
        ("sms", "qcs::sms:::sdkappid/1400000001", "Lint.ResourceType"),
        ("im", "qcs::im:::app/1400000001", "Lint.ResourceType"),
        ("im", "qcs::im:::sdkappid/1400000001/group/x", "Lint.ResourceId"),
        ("im", "qcs::im:::sdkappid/1400000001/*", "Lint.ResourceId"),
        ("im", "qcs::im:::sdkappid/<id>", "Lint.ResourceId"),
        ("sms", "qcs::sms:::app/my-app", "Lint.ResourceId"),
    ],
)
def test_a_form_that_no_resource_has(service, text, expected):
    # 598/10606; requirements 15: granularity ends at the application
    assert code(service, text) == expected


def test_a_region_is_taken_out_of_the_text_as_it_was_written():
    assert without_region("qcs::SMS:gz:uin/1:app/2") == "qcs::SMS::uin/1:app/2"


def test_legacy_services_ask_about_the_resources_of_their_successors():
    assert services_asked("consolesms") == {"sms", "consolesms"}
    assert services_asked("cvm") is None
