"""The flows of the source documents by Tencent's unchanged SDK, on both databases, and what a sidecar decides then."""

import json

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from tests.control_plane import ACCOUNT, APP_ID, ControlPlaneProcess, assume_role, call
from tests.sidecar import Sidecar, reason
from tests.waiting import eventually

FIRST, SECOND, OTHER = (f"qcs::im::uin/{ACCOUNT}:sdkappid/140000000{number}" for number in (1, 2, 0))
SEED_003 = json.dumps(
    {
        "version": "2.0",
        "statement": [
            {"effect": "allow", "action": ["name/im:*"], "resource": [FIRST, SECOND]},
            {"effect": "deny", "action": ["name/im:RemoveUser"], "resource": [FIRST]},
        ],
    }
)
ONLY_READ = SEED_003.replace("name/im:*", "name/im:DescribeAppStatList")
ONLY_SMS = '{"version":"2.0","statement":[{"effect":"allow","action":"sms:*","resource":"*"}]}'
FULL_ACCESS = "QcloudAVCFullAccess"


class Flow:
    """A control plane and a sidecar on one database."""

    def __init__(self, plane, sidecar):
        self.plane, self.sidecar = plane, sidecar
        self.client = plane.client()

    def call(self, action, **parameters):
        return call(self.client, action, **parameters)

    def principal(self, uin):
        return f"qcs::cam::uin/{ACCOUNT}:uin/{uin}"

    def decides(self, principal, action, resource, expected):
        """Wait until the sidecar decides so: the change is in force."""
        eventually(lambda: reason(self.sidecar.check(principal, action, resource)) == expected)

    def add_user(self, name):
        made = self.call("AddUser", Name=name, UseApi=1)
        return made.Uin, {"SecretId": made.SecretId, "SecretKey": made.SecretKey}

    def preset(self, name):
        [found] = [each for each in self.call("ListPolicies", Scope="QCS", Rp=200).List if each.PolicyName == name]
        return found.PolicyId


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def flow(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("flow")
    if request.param == "sqlite":
        url = f"sqlite:///{folder}/control.db"
    else:
        url = request.getfixturevalue("postgres").make_database()
    with ControlPlaneProcess(url, folder) as plane, Sidecar(url) as sidecar:
        yield Flow(plane, sidecar)


def test_a_preset_is_attached_to_a_new_sub_account_and_detached(flow):
    made = flow.call("AddUser", Name="operator", Remark="IM operations", ConsoleLogin=1, UseApi=1, NeedResetPassword=1)
    assert (made.Name, len(made.Password), len(made.SecretId), len(made.SecretKey)) == ("operator", 32, 36, 32)
    user, policy = flow.principal(made.Uin), flow.preset(FULL_ACCESS)
    flow.decides(user, "im:RemoveUser", FIRST, "NO_MATCHING_ALLOW")
    flow.call("AttachUserPolicy", PolicyId=policy, AttachUin=made.Uin)
    flow.call("AttachUserPolicy", PolicyId=policy, AttachUin=made.Uin)
    flow.decides(user, "im:RemoveUser", FIRST, "ALLOWED")
    attached = flow.call("ListAttachedUserPolicies", TargetUin=made.Uin)
    [row] = attached.List
    assert (attached.TotalNum, row.PolicyId, row.PolicyName, row.PolicyType) == (1, policy, FULL_ACCESS, "QCS")
    assert (row.OperateOwnerUin, row.OperateUin, row.OperateUinType) == (ACCOUNT, ACCOUNT, 0)
    user_id = call(flow.plane.client({"SecretId": made.SecretId, "SecretKey": made.SecretKey}), "GetUserAppId")
    assert (user_id.Uin, user_id.OwnerUin, user_id.AppId) == (str(made.Uin), ACCOUNT, int(APP_ID))
    flow.call("DetachUserPolicy", PolicyId=policy, DetachUin=made.Uin)
    flow.decides(user, "im:RemoveUser", FIRST, "NO_MATCHING_ALLOW")
    flow.call("DeleteUser", Name="operator", Force=1)
    flow.decides(user, "im:RemoveUser", FIRST, "UNKNOWN_PRINCIPAL")


def test_a_custom_policy_its_versions_and_a_roll_back(flow):
    uin, _ = flow.add_user("versions")
    user = flow.principal(uin)
    policy = flow.call("CreatePolicy", PolicyName="two-applications", PolicyDocument=SEED_003).PolicyId
    flow.call("AttachUserPolicy", PolicyId=policy, AttachUin=uin)
    flow.decides(user, "im:RemoveUser", FIRST, "EXPLICIT_DENY")
    flow.decides(user, "im:RemoveUser", SECOND, "ALLOWED")
    flow.decides(user, "im:DescribeSdkAppInfo", OTHER, "NO_MATCHING_ALLOW")
    second = flow.call("CreatePolicyVersion", PolicyId=policy, PolicyDocument=ONLY_READ, SetAsDefault=True).VersionId
    assert second == 2
    flow.decides(user, "im:RemoveUser", SECOND, "NO_MATCHING_ALLOW")
    versions = flow.call("ListPolicyVersions", PolicyId=policy).Versions
    assert [(each.VersionId, each.IsDefaultVersion) for each in versions] == [(1, 0), (2, 1)]
    flow.call("SetDefaultPolicyVersion", PolicyId=policy, VersionId=1)
    flow.decides(user, "im:RemoveUser", SECOND, "ALLOWED")
    detail = flow.call("GetPolicyVersion", PolicyId=policy, VersionId=2).PolicyVersion
    assert (detail.Document, detail.IsDefaultVersion) == (ONLY_READ, 0)
    flow.call("DeletePolicyVersion", PolicyId=policy, VersionId=[2])
    assert (
        flow.call("CreatePolicyVersion", PolicyId=policy, PolicyDocument=ONLY_READ, SetAsDefault=False).VersionId == 3
    )
    flow.call("UpdatePolicy", PolicyId=policy, PolicyDocument=ONLY_READ)
    flow.decides(user, "im:RemoveUser", SECOND, "NO_MATCHING_ALLOW")
    found = flow.call("GetPolicy", PolicyId=policy)
    assert (found.PolicyName, found.Type, found.PolicyDocument) == ("two-applications", 1, ONLY_READ)
    flow.call("DeletePolicy", PolicyId=[policy])
    flow.decides(user, "im:DescribeAppStatList", FIRST, "NO_MATCHING_ALLOW")


def test_policies_reach_members_of_a_group(flow):
    uin, _ = flow.add_user("member")
    user = flow.principal(uin)
    group = flow.call("CreateGroup", GroupName="operators").GroupId
    flow.call("AttachGroupPolicy", PolicyId=flow.preset(FULL_ACCESS), AttachGroupId=group)
    flow.call("AddUserToGroup", Info=[{"GroupId": group, "Uin": uin}])
    flow.decides(user, "im:RemoveUser", FIRST, "ALLOWED")
    found = flow.call("GetGroup", GroupId=group)
    assert (found.GroupName, found.GroupNum, found.UserInfo[0].Uin) == ("operators", 1, uin)
    [row] = flow.call("ListAttachedUserAllPolicies", TargetUin=uin, Rp=20, Page=1, AttachType=0).PolicyList
    assert [(each.GroupId, each.GroupName) for each in row.Groups] == [(group, "operators")]
    flow.call("RemoveUserFromGroup", Info=[{"GroupId": group, "Uin": uin}])
    flow.decides(user, "im:RemoveUser", FIRST, "NO_MATCHING_ALLOW")


def test_a_role_is_assumed_and_its_policies_count(flow):
    trust = {
        "effect": "allow",
        "action": "name/sts:AssumeRole",
        "principal": {"qcs": [f"qcs::cam::uin/{ACCOUNT}:root"]},
    }
    document = json.dumps({"version": "2.0", "statement": [trust]})
    role_id = flow.call("CreateRole", RoleName="im-role", PolicyDocument=document).RoleId
    flow.call("AttachRolePolicy", AttachRoleId=role_id, PolicyName=FULL_ACCESS)
    role = f"qcs::cam::uin/{ACCOUNT}:roleName/im-role"
    flow.decides(role, "im:RemoveUser", FIRST, "ALLOWED")
    [row] = flow.call("ListAttachedRolePolicies", RoleName="im-role", Page=1, Rp=20).List
    assert (row.PolicyName, row.PolicyType) == (FULL_ACCESS, "QCS")
    session = flow.plane.client(assume_role(flow.plane, role))
    with pytest.raises(TencentCloudSDKException) as caught:
        call(session, "CreateGroup", GroupName="by-session")
    assert caught.value.code == "AuthFailure.UnauthorizedOperation"
    flow.call("AttachRolePolicy", AttachRoleName="im-role", PolicyName="QcloudCamFullAccess")
    assert call(session, "CreateGroup", GroupName="by-session").GroupId > 0
    flow.call("DetachRolePolicy", DetachRoleId=role_id, PolicyName=FULL_ACCESS)
    flow.decides(role, "im:RemoveUser", FIRST, "NO_MATCHING_ALLOW")


def test_a_boundary_bounds(flow):
    uin, _ = flow.add_user("bounded")
    user = flow.principal(uin)
    flow.call("AttachUserPolicy", PolicyId=flow.preset(FULL_ACCESS), AttachUin=uin)
    flow.decides(user, "im:RemoveUser", FIRST, "ALLOWED")
    bound = flow.call("CreatePolicy", PolicyName="only-sms", PolicyDocument=ONLY_SMS).PolicyId
    flow.call("PutUserPermissionsBoundary", TargetUin=uin, PolicyId=bound)
    flow.decides(user, "im:RemoveUser", FIRST, "OUTSIDE_BOUNDARY")
    found = flow.call("GetUserPermissionBoundary", TargetUin=uin)
    assert (found.PolicyId, found.PolicyName, found.PolicyType) == (bound, "only-sms", 1)
    assert json.loads(found.PolicyDocument) == {"strategyInfo": json.loads(ONLY_SMS)}
    with pytest.raises(TencentCloudSDKException) as caught:
        flow.call("DeletePolicy", PolicyId=[bound])
    assert caught.value.code == "FailedOperation"
    flow.call("DeleteUserPermissionsBoundary", TargetUin=uin)
    flow.decides(user, "im:RemoveUser", FIRST, "ALLOWED")
    assert flow.call("GetUserPermissionBoundary", TargetUin=uin).PolicyId is None


def test_who_may_manage_users(flow):
    """Seed flow 54: an IM administrator does not create users, the holder of QcloudCamFullAccess does."""
    im_uin, im_key = flow.add_user("im-administrator")
    cam_uin, cam_key = flow.add_user("cam-administrator")
    flow.call("AttachUserPolicy", PolicyId=flow.preset(FULL_ACCESS), AttachUin=im_uin)
    flow.call("AttachUserPolicy", PolicyId=flow.preset("QcloudCamFullAccess"), AttachUin=cam_uin)
    with pytest.raises(TencentCloudSDKException) as caught:
        call(flow.plane.client(im_key), "AddUser", Name="by-im")
    assert caught.value.code == "AuthFailure.UnauthorizedOperation"
    assert caught.value.message == (
        "you are not authorized to perform operation (cam:AddUser)\n"
        f"resource (qcs::cam::uin/{ACCOUNT}:uin/*) has no permission"
    )
    assert call(flow.plane.client(cam_key), "AddUser", Name="by-cam").Uin > 0


def test_an_answer_names_the_revision_that_a_sidecar_waits_for(flow):
    uin, _ = flow.add_user("waited-for")
    answer = flow.client._call("AttachUserPolicy", {"PolicyId": flow.preset(FULL_ACCESS), "AttachUin": uin})
    assert answer.status_code == 200
    revision = answer.headers["X-Authz-Revision"]
    decision = flow.sidecar.check(flow.principal(uin), "im:RemoveUser", FIRST, at_least_revision=revision)
    assert reason(decision) == "ALLOWED"
    assert int(decision.revision) >= int(revision)
