import pytest

from authz.engine import plan as plan_module
from authz.engine.decision import Reason, StatementRef
from authz.engine.facts import Facts
from authz.engine.plan import is_operation_level, plan_role, plan_user
from authz.language.action import parse_action
from authz.language.resource import parse_resource
from tests.builders import APP_0, APP_1, account, allow, deny, policy, sms_app


def user_plan(**members):
    made = account(**members)
    return plan_user(made, made.users["100001"])


def decide(plan, action, resource="*"):
    some = parse_resource(resource)
    return plan.for_action(parse_action(action)).at(some).decide(some.tail, Facts({}, plan.identity, None))


def cited(plan, action, resource="*"):
    ref = decide(plan, action, resource).statement
    return ref and (ref.policy, ref.attached_to)


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("sms:SendSms", True),
        ("SMS:sendsms", True),
        ("sms:DescribeAppInfo", False),
        ("im:RemoveUser", False),
        ("no:Such", False),
    ],
)
def test_the_catalog_tells_which_apis_are_operation_level(action, expected):
    # cam-language 6; an action that the catalog lacks counts as resource-level
    assert is_operation_level(parse_action(action)) == expected


def test_an_operation_level_api_is_asked_about_no_resource_whatever_the_caller_names():
    # cam-language 6; requirements 38
    on_app, on_all = policy("p", allow("sms:*", sms_app(1))), policy("p", allow("sms:*"))
    assert decide(user_plan(own=[on_app]), "sms:ModifyFreqRule", sms_app(1)).allowed
    assert not decide(user_plan(own=[on_app]), "sms:SendSms", sms_app(1)).allowed
    assert decide(user_plan(own=[on_all]), "sms:SendSms", sms_app(1)).allowed


def test_a_deny_on_a_concrete_resource_does_not_hit_an_operation_level_api():
    # cam-language 6: by the same matching, no
    plan = user_plan(own=[policy("p", allow("sms:*"), deny("sms:*", sms_app(1)))])
    assert decide(plan, "sms:SendSms", sms_app(1)).allowed
    assert not decide(plan, "sms:ModifyFreqRule", sms_app(1)).allowed


def test_own_policies_come_before_those_of_groups():
    own, group = policy("own", allow("im:*")), policy("group", allow("*"))
    plan = user_plan(own=[own], group=[group])
    assert cited(plan, "im:RemoveUser") == ("own", "user/100001")
    assert cited(plan, "sms:SendSms") == ("group", "group/team")


def test_a_role_has_only_its_own_policies():
    # cam-language 5.1: role session
    made = account(own=[policy("own", allow("im:*"))], role=[policy("ci", allow("sms:*"))])
    plan = plan_role(made, made.roles["ci"])
    assert cited(plan, "sms:SendSms") == ("ci", "role/ci")
    assert not decide(plan, "im:RemoveUser").allowed


def test_a_user_is_bound_to_its_own_uin_and_a_role_to_none():
    # cam-language 3: `${uin}`
    mine = policy("p", allow("x:*", "qcs::x:::user/${uin}"))
    made = account(own=[mine], role=[mine])
    assert decide(plan_user(made, made.users["100001"]), "x:Y", "qcs::x:::user/100001").allowed
    assert not decide(plan_role(made, made.roles["ci"]), "x:Y", "qcs::x:::user/100001").allowed


def test_the_account_and_its_appid_are_bound_for_users_and_roles():
    # cam-language 3: `${owner_uin}`, `${app_id}`
    both = policy("p", allow("x:*", "qcs::x:::${owner_uin}/${app_id}"))
    made = account(own=[both], role=[both], app_id="9")
    for plan in (plan_user(made, made.users["100001"]), plan_role(made, made.roles["ci"])):
        assert decide(plan, "x:Y", "qcs::x:::12345678/9").allowed


@pytest.mark.parametrize("kind", ["user/100001", "role/ci"])
def test_a_deny_in_a_boundary_is_cited_as_such(kind):
    # cam-language 5.3, layer 2: any matching deny in a boundary
    grants = [policy("p", allow("*"))]
    made = account(own=grants, role=grants, boundary=policy("b", allow("*"), deny("im:*")))
    plan = plan_user(made, made.users["100001"]) if kind.startswith("user") else plan_role(made, made.roles["ci"])
    found = decide(plan, "im:RemoveUser")
    assert (found.reason, found.statement) == (Reason.EXPLICIT_DENY, StatementRef("b", 1, f"boundary/{kind}"))


def test_an_own_deny_is_cited_before_one_of_the_boundary():
    own = policy("own", allow("*"), deny("im:RemoveUser", "qcs::im:::sdkappid/*"))
    plan = user_plan(own=[own], boundary=policy("b", deny("im:RemoveUser", APP_1)))
    assert cited(plan, "im:RemoveUser", APP_1) == ("own", "user/100001")


def test_the_plan_of_an_action_is_made_once_whatever_its_case():
    plan = user_plan()
    assert plan.for_action(parse_action("im:RemoveUser")) is plan.for_action(parse_action("name/IM:removeuser"))


def test_actions_made_up_by_callers_do_not_fill_the_memory(monkeypatch):
    monkeypatch.setattr(plan_module, "_MEMO_LIMIT", 3)
    plan = user_plan(own=[policy("p", allow("im:*", APP_0))])
    for number in range(10):
        assert decide(plan, f"im:Made{number}", APP_0).allowed
        assert len(plan._actions) <= 3


def test_actions_that_the_same_statements_cover_share_one_plan():
    plan = user_plan(own=[policy("p", allow("im:*"), deny("im:Remove*"))])
    add, remove, made_up, operation = (
        plan.for_action(parse_action(name)) for name in ("im:AddUser", "im:RemoveUser", "im:MadeUp", "sms:SendSms")
    )
    assert add is made_up
    assert len({id(each) for each in (add, remove, operation)}) == 3


def test_an_operation_level_api_shares_no_plan_with_one_that_is_not():
    plan = user_plan(own=[policy("p", allow("*", APP_1))])
    assert plan.for_action(parse_action("sms:SendSms")) is not plan.for_action(parse_action("sms:DescribeAppInfo"))


def test_absurdly_long_actions_are_decided_but_not_kept():
    plan = user_plan(own=[policy("p", allow("im:*", APP_0))])
    assert decide(plan, f"im:{'x' * 1000}", APP_0).allowed
    assert not plan._actions


def placed(resource, action="x:Y"):
    """What was kept after a question of a user who may do everything."""
    plan = user_plan(own=[policy("p", allow("*", "qcs:::::a"))])
    for each in [resource] if isinstance(resource, str) else resource:
        assert decide(plan, action, each).allowed
    return plan.for_action(parse_action(action))._placed


def test_the_resources_of_one_place_share_an_index():
    plan = user_plan(own=[policy("p", allow("im:*", APP_1))]).for_action(parse_action("im:AddUser"))
    assert plan.at(parse_resource(APP_1)) is plan.at(parse_resource(APP_0))
    assert plan.at(parse_resource(APP_1)) is not plan.at(parse_resource("*"))


@pytest.mark.parametrize("place", ["qcs::made{}:::a", "qcs::x:made{}::a"])
def test_places_made_up_by_callers_do_not_fill_the_memory(monkeypatch, place):
    monkeypatch.setattr(plan_module, "_PLACES_LIMIT", 3)
    assert len(placed([place.format(number) for number in range(10)])) <= 3


def test_an_absurdly_long_place_is_looked_at_but_not_kept():
    assert not placed(f"qcs::{'x' * 1000}:::a")
