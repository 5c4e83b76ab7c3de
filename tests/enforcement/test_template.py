"""Templates name exactly one resource for each value, and no value can mean more than itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.enforcement import CallRefusedError, plain
from authz.enforcement.template import parse_resource_template
from authz.language.resource import parse_resource
from authz.pattern import Pattern

APP = "qcs::sms::uin/{account}:app/{app}"


def resources(text, account="1", **fields):
    template = parse_resource_template(text)
    bound = template.bind(lambda name: (lambda message: message[name]) if name in fields else "12345678")
    return bound.resources(fields, account)


def test_a_template_takes_constants_and_fields():
    assert resources(APP, app=("7",)) == ("qcs::sms::uin/12345678:app/7",)
    assert resources("*") == ("*",)


def test_a_list_gives_each_of_its_resources_once():
    assert resources(APP, app=("7", "8", "7")) == tuple(f"qcs::sms::uin/12345678:app/{app}" for app in "78")


def test_the_account_may_be_the_callers():
    assert resources("qcs::im::uin/{@account}:sdkappid/{app}", "99", app=("1",)) == ("qcs::im::uin/99:sdkappid/1",)


def test_two_lists_mean_every_pair():
    found = resources("qcs::cos::uin/1:{bucket}/{key}", bucket=("a", "b"), key=("x", "y"))
    assert [each.partition("uin/1:")[2] for each in found] == ["a/x", "a/y", "b/x", "b/y"]


@pytest.mark.parametrize("values", [(), ("",), ("1", "")])
def test_a_missing_value_is_refused(values):
    with pytest.raises(CallRefusedError, match="`app` is missing"):
        resources(APP, app=values)


def test_a_call_about_more_than_one_batch_is_refused():
    assert len(resources(APP, app=tuple(map(str, range(1000))))) == 1000
    with pytest.raises(CallRefusedError, match="more than 1000"):
        resources(APP, app=tuple(map(str, range(1001))))


@given(st.text(min_size=0, max_size=8) | st.text("*:/. {}$%a1\\", max_size=6))
def test_whatever_a_value_is_it_is_refused_or_stands_for_itself_alone(value):
    try:
        (resource,) = resources(APP, app=(value,))
    except CallRefusedError:
        return
    parsed = parse_resource(resource)
    assert (parsed.service, parsed.account.number, parsed.tail) == ("sms", "12345678", f"app/{value}")
    assert Pattern.of(parsed.tail).is_literal
    assert "/" not in value


def test_plain_gives_back_what_is_a_plain_name():
    assert [plain(text) for text in ("1400000001", "a.b-c_d@e", "...")] == ["1400000001", "a.b-c_d@e", "..."]
    for text in ("a/b", "a:b", "a*", "..", "a\n", "\u00e9"):
        with pytest.raises(CallRefusedError):
            plain(text)
