import pytest

from authz.engine.evaluate import evaluate
from authz.engine.relevant_context import relevant_context
from authz.engine.request import parse_request
from tests.builders import ALICE, APP_1, CI, ROOT, account, allow, deny, engine, policy

CONTEXT = {"qcs:ip": ("10.0.0.1",), "qcs:resource_tag/dept": ("ops",), "qcs:tag": ("team&a",), "trace": ("1",)}


def read(*statements, action="im:AddUser", principal=ALICE, **boundary):
    of = account(own=[policy("p", *statements)], **boundary)
    request = parse_request(principal, action, APP_1, CONTEXT)
    return told(engine(of).live, request)


def told(snapshot, request):
    """The keys that can matter."""
    plan = snapshot.resolve(request.principal, request.action)
    return [key for key, _ in relevant_context(plan, request.context)]


def on(operator, key, value):
    return {operator: {key: value}}


def test_without_conditions_nothing_is_read():
    assert read(allow("im:*")) == []


@pytest.mark.parametrize("make", [allow, deny])
def test_the_keys_of_the_actions_statements_are_read(make):
    rule = make("im:AddUser", condition=on("ip_equal", "qcs:ip", "10.0.0.0/8"))
    assert read(rule, allow("im:*")) == ["qcs:ip"]
    assert read(rule, allow("im:*"), action="im:RemoveUser") == []


def test_the_keys_of_the_boundary_are_read():
    bound = policy("b", allow("im:*", condition=on("string_equal", "trace", "1")))
    assert read(allow("im:*"), boundary=bound) == ["trace"]


def test_a_tag_is_read_in_every_form():
    rule = allow("im:*", condition=on("string_equal", "qcs:resource_tag/team", "a"))
    assert read(rule) == ["qcs:resource_tag/dept", "qcs:tag"]


@pytest.mark.parametrize("key", ["qcs:resource_tags/dept", "qcs:resource_tags", "qcs:ip", "qcs:ip/dept"])
def test_another_key_is_read_by_its_own_name_alone(key):
    of = account(own=[policy("p", allow("im:*", condition=on("string_equal", key, "ops")))])
    given = {key: ("ops",), f"{key}s": ("ops",), f"{key}/dept": ("ops",), "qcs:resource_tag": ("dept&ops",)}
    request = parse_request(ALICE, "im:AddUser", APP_1, {**given, key: ("10.0.0.1",)})
    read = set()
    live = engine(of).live
    evaluate(live, request, read)
    assert told(live, request) == [*read] == [key]


@pytest.mark.parametrize("principal", [ROOT, CI, "qcs::cam::uin/9:root", "qcs::cam::uin/12345678:uin/9"])
def test_others_than_the_holder_of_the_statements_read_nothing(principal):
    assert read(allow("im:*", condition=on("string_equal", "trace", "1")), principal=principal) == []


def test_assuming_a_role_may_read_everything():
    assert read(allow("*"), action="sts:AssumeRole") == sorted(CONTEXT)
