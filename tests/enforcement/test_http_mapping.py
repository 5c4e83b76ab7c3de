"""Routes that do not fit each other or their resources are refused when the mapping is made."""

import pytest

from authz.enforcement import PUBLIC, Header, HttpMapping, HttpRequest, Permission, RequestField, Route
from authz.enforcement.http_call import HttpCall
from authz.enforcement.http_mapping import _of_body
from authz.enforcement.refusals import CallRefusedError
from authz.errors import ConfigurationError

APP = "qcs::sms::uin/12345678:app/"


def made(*routes, **options):
    return HttpMapping(routes, principal=Header("x-principal"), **options)


def faults(*routes, **options):
    with pytest.raises(ConfigurationError) as refused:
        made(*routes, **options)
    return list(refused.value.faults)


def test_two_routes_that_may_fit_one_request_are_refused():
    routes = [Route("GET", "/apps/{app}", PUBLIC), Route("GET", "/apps/search", PUBLIC)]
    assert faults(*routes) == [
        "GET /apps/search: a request may also match GET /apps/{app}; `{name:int}` matches numbers only"
    ]
    made(Route("GET", "/apps/{app:int}", PUBLIC), Route("GET", "/apps/search", PUBLIC))
    made(Route("GET", "/apps/{app}", PUBLIC), Route("POST", "/apps/search", PUBLIC))


def test_a_parameter_that_the_path_has_not_is_named():
    route = Route("GET", "/apps/{app}", Permission("sms:SendSms", APP + "{ap}"))
    assert faults(route) == ["GET /apps/{app}: the path has no parameter `ap`"]
    route = Route("GET", "/apps/{app}", Permission("sms:SendSms", "*", {"dept": RequestField("dept")}))
    assert faults(route) == ["GET /apps/{app}: the path has no parameter `dept`"]


def test_a_kind_that_there_is_not_is_named():
    route = Route("GET", "/apps/{app:float}", PUBLIC)
    assert "write `app:int` or `app:uuid`" in faults(route)[0]
    route = Route("GET", "/apps", Permission("sms:SendSms", APP + "{query.app:number}"))
    assert "write `query.app:int` or `query.app:uuid`" in faults(route)[0]


@pytest.mark.parametrize("resource", [APP + "{query.app:int}", APP + "{body.app:int}"])
def test_a_number_of_a_query_or_body_is_taken_in_one_form(resource):
    [rule] = made(Route("POST", "/apps", Permission("sms:SendSms", resource))).find("POST", ("apps",)).rule
    request = HttpRequest({}, [("app", "7")], {"app": "7"})
    assert rule.resource.resources(request, "1") == (APP + "7",)
    with pytest.raises(CallRefusedError, match="canonical form"):
        rule.resource.resources(HttpRequest({}, [("app", "07")], {"app": "07"}), "1")


def test_a_condition_key_out_of_a_query_stands_there_once():
    [rule] = (
        made(Route("GET", "/", Permission("sms:SendSms", "*", {"dept": RequestField("query.dept")})))
        .find("GET", ("",))
        .rule
    )
    [key] = rule.context
    assert key.values(HttpCall("GET /", HttpRequest({}, [("dept", "a")]), {})) == ("a",)
    with pytest.raises(CallRefusedError, match="more than once"):
        key.values(HttpCall("GET /", HttpRequest({}, [("dept", "a"), ("dept", "b")]), {}))


def test_no_route_and_no_permission_are_mistakes():
    assert faults() == ["the mapping has no routes"]
    assert "or PUBLIC if it needs none" in faults(Route("GET", "/", []))[0]
    assert faults(Route("GET", "apps", PUBLIC)) == ["GET apps: the path must start with `/`"]


@pytest.mark.parametrize(
    ("need", "reads"),
    [
        (Permission("sms:SendSms", APP + "{app}"), False),
        (Permission("sms:SendSms", APP + "{query.app}"), False),
        (Permission("sms:SendSms", APP + "{body.app}"), True),
        ([Permission("sms:SendSms"), Permission("sms:SendSms", APP + "{body.app}")], True),
        (Permission("sms:SendSms", "*", {"dept": RequestField("body.dept")}), True),
        (Permission("sms:SendSms", lambda _call: "*"), False),
        (PUBLIC, False),
    ],
)
def test_a_body_is_read_only_where_the_need_names_it(need, reads):
    assert made(Route("POST", "/{app}", need)).find("POST", ("1",)).reads_body is reads


def test_a_route_is_found_by_method_and_path():
    mapping = made(Route("GET", "/apps/{app}", PUBLIC))
    assert mapping.find("GET", ("apps", "1")).parameters == {"app": "1"}
    assert mapping.find("get", ("apps", "1")) is None
    assert mapping.find("HEAD", ("apps", "1")) is None
    assert mapping.find("GET", ("apps",)) is None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"app": {"id": "1"}}, ("1",)),
        ({"app": {"id": 1}}, ("1",)),
        ({"app": {"id": ["1", 2]}}, ("1", "2")),
        ({"app": [{"id": "1"}, {}]}, ("1", "")),
        ({"app": {"id": []}}, ("",)),
        ({"app": []}, ("",)),
        ({}, ("",)),
        (None, ("",)),
        ("text", ("",)),
    ],
)
def test_a_field_of_the_body_is_read_and_what_is_missing_stays_visible(body, expected):
    assert _of_body(body, ("app", "id")) == expected


@pytest.mark.parametrize("value", [True, None, 1.5, {"deeper": "1"}, [True]])
def test_a_field_of_another_kind_is_refused(value):
    with pytest.raises(CallRefusedError):
        _of_body({"app": value}, ("app",))


def test_a_request_is_a_value():
    assert HttpRequest({"a": "1"}, ()).body is None
