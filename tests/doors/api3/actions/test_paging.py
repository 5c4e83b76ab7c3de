"""Defaults and paging of lists, as cam-api.md documents them, through Tencent's SDK."""

import pytest

from tests.doors.api3.actions.world import ALL_IM, TRUST

COUNT = 23


@pytest.fixture(scope="module")
def many(world):
    """The world with more than a page of everything."""
    for number in range(COUNT):
        name = f"page-{number:02}"
        policy = world.call("CreatePolicy", {"PolicyName": name, "PolicyDocument": ALL_IM}).PolicyId
        world.call("CreateGroup", {"GroupName": name})
        world.call("CreateRole", {"RoleName": name, "PolicyDocument": TRUST})
        user = world.call("AddUser", {"Name": name}).Uin
        world.call("AddUserToGroup", {"Info": [{"GroupId": "$other_group", "Uin": user}]})
        world.call("AttachUserPolicy", {"PolicyId": policy, "AttachUin": "$bob"})
        world.call("AttachGroupPolicy", {"PolicyId": policy, "AttachGroupId": "$other_group"})
        world.call("AttachRolePolicy", {"PolicyId": policy, "AttachRoleId": "$other_role"})
        world.call("AttachUserPolicy", {"PolicyId": "$spare", "AttachUin": user})
    for group in range(10):
        world.call("CreateGroup", {"GroupName": f"of-bob-{group}"})
    return world


LISTS = [
    ("ListPolicies", {"Scope": "Local"}, "List", "PolicyName"),
    ("ListPolicies", {}, "List", "PolicyName"),
    ("ListAttachedUserPolicies", {"TargetUin": "$bob"}, "List", "PolicyName"),
    ("ListAttachedUserAllPolicies", {"TargetUin": "$bob", "AttachType": 0}, "PolicyList", "PolicyName"),
    ("ListAttachedGroupPolicies", {"TargetGroupId": "$other_group"}, "List", "PolicyName"),
    ("ListAttachedRolePolicies", {"RoleId": "$other_role"}, "List", "PolicyName"),
    ("ListEntitiesForPolicy", {"PolicyId": "$spare"}, "List", "Name"),
    ("ListGroups", {}, "GroupInfo", "GroupName"),
    ("ListUsersForGroup", {"GroupId": "$other_group"}, "UserInfo", "Name"),
    ("DescribeRoleList", {}, "List", "RoleName"),
]
NEEDS_PAGING = ("ListAttachedUserAllPolicies", "ListAttachedRolePolicies", "DescribeRoleList")


def shown(row):
    return "-".join((row[0], *map(str, row[1].values())))


@pytest.mark.parametrize("row", LISTS, ids=shown)
@pytest.mark.parametrize("rp", [7, 200])
def test_pages_put_together_are_the_whole_list(row, rp, many):
    action, parameters, field, name = row
    rows, page = [], 1
    while True:
        answer = many.call(action, {**parameters, "Rp": rp, "Page": page})
        found = getattr(answer, field)
        assert len(found) <= rp
        if not found:
            break
        rows += found
        page += 1
    names = [getattr(each, name) for each in rows]
    assert len(set(names)) == len(names) == answer.TotalNum >= COUNT


@pytest.mark.parametrize("row", [row for row in LISTS if row[0] not in NEEDS_PAGING], ids=shown)
def test_a_page_has_20_rows_and_the_first_is_meant_unless_said_otherwise(row, many):
    action, parameters, field, name = row
    default = [getattr(each, name) for each in getattr(many.call(action, parameters), field)]
    first = [getattr(each, name) for each in getattr(many.call(action, {**parameters, "Rp": 20, "Page": 1}), field)]
    assert len(default) == 20
    assert default == first


@pytest.mark.parametrize(("scope", "types"), [("All", {1, 2}), ("QCS", {2}), ("Local", {1}), (None, {1, 2})], ids=str)
def test_policies_are_of_the_scope(scope, types, many):
    more = {} if scope is None else {"Scope": scope}
    rows = many.call("ListPolicies", {"Rp": 200, **more}).List
    assert {each.Type for each in rows} == types


@pytest.mark.parametrize(
    ("action", "parameters", "field", "name"),
    [
        ("ListPolicies", {}, "List", "PolicyName"),
        ("ListGroups", {}, "GroupInfo", "GroupName"),
        ("ListAttachedGroupPolicies", {"TargetGroupId": "$other_group"}, "List", "PolicyName"),
        ("ListAttachedRolePolicies", {"RoleId": "$other_role", "Page": 1, "Rp": 20}, "List", "PolicyName"),
        (
            "ListAttachedUserAllPolicies",
            {"TargetUin": "$bob", "AttachType": 0, "Page": 1, "Rp": 20},
            "PolicyList",
            "PolicyName",
        ),
    ],
)
def test_a_keyword_is_part_of_the_name(action, parameters, field, name, many):
    answer = many.call(action, {**parameters, "Keyword": "age-1"})
    assert [getattr(each, name) for each in getattr(answer, field)] == [f"page-1{number}" for number in range(10)]
    assert answer.TotalNum == 10


@pytest.mark.parametrize(
    ("filter_", "kinds"), [(None, {1, 2}), ("All", {1, 2}), ("User", {1}), ("Group", {2}), ("Role", set())]
)
def test_entities_are_of_the_kind(filter_, kinds, many):
    many.call("AttachGroupPolicy", {"PolicyId": "$spare", "AttachGroupId": "$group"})
    more = {} if filter_ is None else {"EntityFilter": filter_}
    rows = many.call("ListEntitiesForPolicy", {"PolicyId": "$spare", "Rp": 200, **more}).List
    assert {each.RelatedType for each in rows} == kinds


@pytest.mark.parametrize(("attach_type", "direct", "by_group"), [(0, True, True), (1, True, False), (2, False, True)])
def test_policies_of_a_user_are_direct_or_by_group(attach_type, direct, by_group, many):
    answer = many.call(
        "ListAttachedUserAllPolicies", {"TargetUin": "$alice", "AttachType": attach_type, "Page": 1, "Rp": 20}
    )
    names = {each.PolicyName for each in answer.PolicyList}
    assert ("QcloudAVCFullAccess" in names) is direct
    assert any(each.Groups for each in answer.PolicyList) is by_group


@pytest.mark.parametrize(("strategy", "names"), [(1, {"policy"}), (2, {"QcloudAVCFullAccess"})])
def test_policies_of_a_user_are_of_the_type(strategy, names, many):
    parameters = {"TargetUin": "$alice", "AttachType": 1, "Page": 1, "Rp": 20, "StrategyType": strategy}
    assert {each.PolicyName for each in many.call("ListAttachedUserAllPolicies", parameters).PolicyList} == names


def test_defaults_of_a_new_user_and_role(many):
    many.call("AddUser", {"Name": "plain"})
    user = many.call("GetUser", {"Name": "plain"})
    assert (user.ConsoleLogin, user.Remark, user.PhoneNum, user.Email) == (0, "", "", "")
    many.call("CreateRole", {"RoleName": "plain", "PolicyDocument": TRUST})
    role = many.call("GetRole", {"RoleName": "plain"}).RoleInfo
    assert (role.ConsoleLogin, role.Description, role.RoleType) == (0, "", "user")


def test_keys_are_those_of_the_caller_unless_said_otherwise(many):
    mine = [each.AccessKeyId for each in many.call("ListAccessKeys").AccessKeys]
    assert mine == [many.names["root_key"]]
