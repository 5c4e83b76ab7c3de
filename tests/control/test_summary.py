from authz.control.groups import GroupMember
from authz.control.results import AccountSummary, UserAppId
from tests.builders import ROOT_UIN
from tests.control.planes import IM_ALL, OTHER_UIN, ROOT_TRUST, root, user


def test_everything_of_the_account_is_counted(plane):
    alice = plane.users.add_user(root(), name="alice").uin
    plane.users.add_user(root(), name="bob")
    plane.users.add_user(root(OTHER_UIN), name="carol")
    group = plane.groups.create_group(root(), group_name="ops")
    plane.groups.add_user_to_group(root(), info=[GroupMember(group, alice)])
    plane.policies.create_policy(root(), policy_name="im", policy_document=IM_ALL)
    plane.roles.create_role(root(), role_name="ci", policy_document=ROOT_TRUST)
    assert plane.summary.get_account_summary(root()) == AccountSummary(
        policies=1, roles=1, users=2, groups=1, members=1
    )


def test_each_caller_learns_its_numbers_without_a_right(plane):
    # requirements 9: uin, root uin and APPID are three numbers
    alice = plane.users.add_user(root(), name="alice").uin
    assert plane.summary.get_user_app_id(user(alice)) == UserAppId(alice, ROOT_UIN, "1250000000")
    assert plane.summary.get_user_app_id(root()) == UserAppId(ROOT_UIN, ROOT_UIN, "1250000000")
    assert plane.summary.get_user_app_id(root(OTHER_UIN)).app_id == ""
