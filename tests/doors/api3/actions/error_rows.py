"""Requests that are refused, each with the documented code: rows of (action, parameters, code, caller)."""

from tests.doors.api3.actions.bad_documents import BAD_DOCUMENTS
from tests.doors.api3.actions.requests import REQUESTS
from tests.doors.api3.actions.world import ALL_IM, TRUST

IP = "InvalidParameter."
LONG = "x" * 301
MANY_TAGS = [{"Key": str(number), "Value": ""} for number in range(51)]
NEW_POLICY = {"PolicyName": "new", "PolicyDocument": ALL_IM}
NEW_ROLE = {"RoleName": "new", "PolicyDocument": TRUST}
ROOT_KEY = {"AccessKeyId": "$root_key", "TargetUin": "$account"}
NO_POLICY, NO_UIN, NO_GROUP, NO_ROLE = 9_999_999, 999_999, 999_999, "4611686018427999999"
BAD_TRUST = {
    f"{IP}VersionError": TRUST.replace("2.0", "3.0"),
    f"{IP}StatementError": '{"version":"2.0","statement":[]}',
    f"{IP}EffectError": TRUST.replace('"allow"', '"Allow"'),
    f"{IP}ActionError": TRUST.replace("AssumeRole", "Other"),
    f"{IP}ActionMiss": TRUST.replace('"action"', '"condition": {}, "x_action"').replace(
        '"x_action": "name/sts:AssumeRole", ', ""
    ),
    f"{IP}PrincipalError": TRUST.replace('"qcs"', '"nobody"'),
    f"{IP}PrincipalQcsError": TRUST.replace("qcs::cam", "qcs::im"),
    f"{IP}PrincipalQcsNotExist": TRUST.replace(":root", ":uin/999999"),
    f"{IP}PrincipalServiceNotExist": TRUST.replace(
        '"qcs": ["qcs::cam::uin/12345678:root"]', '"service": ["no service"]'
    ),
    f"{IP}ConditionError": TRUST.replace('"effect"', '"condition": "x", "effect"'),
    f"{IP}ConditionTypeError": TRUST.replace('"effect"', '"condition": {"nearly": {"qcs:ip": "::1"}}, "effect"'),
    f"{IP}ConditionContentError": TRUST.replace('"effect"', '"condition": {"ip_equal": {"qcs:ip": "x"}}, "effect"'),
}

ROWS = [
    # policies
    *(("CreatePolicy", {"PolicyName": "bad", "PolicyDocument": text}, code) for code, text in BAD_DOCUMENTS.items()),
    *(("UpdatePolicy", {"PolicyId": "$policy", "PolicyDocument": text}, code) for code, text in BAD_DOCUMENTS.items()),
    *(
        ("CreatePolicyVersion", {"PolicyId": "$policy", "PolicyDocument": text, "SetAsDefault": False}, code)
        for code, text in BAD_DOCUMENTS.items()
    ),
    ("CreatePolicy", {"PolicyName": "with blank", "PolicyDocument": ALL_IM}, f"{IP}PolicyNameError"),
    ("CreatePolicy", {"PolicyName": "POLICY", "PolicyDocument": ALL_IM}, "FailedOperation.PolicyNameInUse"),
    (
        "CreatePolicy",
        {"PolicyName": "qcloudavcfullaccess", "PolicyDocument": ALL_IM},
        "FailedOperation.PolicyNameInUse",
    ),
    ("CreatePolicy", {**NEW_POLICY, "Description": LONG}, f"{IP}DescriptionLengthOverlimit"),
    ("CreatePolicy", {**NEW_POLICY, "Tags": [{"Key": "", "Value": ""}]}, f"{IP}ParamError"),
    ("UpdatePolicy", {"Description": "d"}, f"{IP}ParamError"),
    ("UpdatePolicy", {"PolicyId": "$policy", "Description": LONG}, f"{IP}DescriptionLengthOverlimit"),
    ("UpdatePolicy", {"PolicyId": "$policy", "PolicyName": "spare"}, "FailedOperation.PolicyNameInUse"),
    ("UpdatePolicy", {"PolicyId": "$policy", "PolicyName": "with blank"}, f"{IP}PolicyNameError"),
    ("UpdatePolicy", {"PolicyId": NO_POLICY, "Description": "d"}, "ResourceNotFound.PolicyIdNotFound"),
    ("UpdatePolicy", {"PolicyId": "$preset", "PolicyDocument": ALL_IM}, f"{IP}PolicyIdError"),
    ("DeletePolicy", {"PolicyId": []}, f"{IP}ParamError"),
    ("DeletePolicy", {"PolicyId": [NO_POLICY]}, "ResourceNotFound.PolicyIdNotFound"),
    ("DeletePolicy", {"PolicyId": ["$preset"]}, f"{IP}PolicyIdError"),
    ("DeletePolicy", {"PolicyId": list(range(1000001, 1000102))}, f"{IP}OperatePoliciesOverLimit"),
    ("GetPolicy", {"PolicyId": 0}, f"{IP}PolicyIdError"),
    ("GetPolicy", {"PolicyId": NO_POLICY}, "ResourceNotFound.PolicyIdNotFound"),
    ("ListPolicies", {"Scope": "Mine"}, f"{IP}ScopeError"),
    ("ListPolicies", {"Keyword": LONG}, f"{IP}SearchKeywordLengthError"),
    *(("ListPolicies", paging, f"{IP}ParamError") for paging in ({"Rp": 0}, {"Rp": 201}, {"Page": 0}, {"Page": 201})),
    # versions
    (
        "CreatePolicyVersion",
        {"PolicyId": NO_POLICY, "PolicyDocument": ALL_IM, "SetAsDefault": True},
        f"{IP}PolicyIdNotExist",
    ),
    ("CreatePolicyVersion", {"PolicyId": "$preset", "PolicyDocument": ALL_IM, "SetAsDefault": True}, f"{IP}ParamError"),
    ("SetDefaultPolicyVersion", {"PolicyId": "$policy", "VersionId": 1}, "FailedOperation.PolicyVersionAlreadyDefault"),
    ("SetDefaultPolicyVersion", {"PolicyId": "$policy", "VersionId": 9}, f"{IP}PolicyVersionNotExists"),
    ("SetDefaultPolicyVersion", {"PolicyId": NO_POLICY, "VersionId": 1}, "ResourceNotFound.PolicyIdNotFound"),
    ("SetDefaultPolicyVersion", {"PolicyId": "$preset", "VersionId": 1}, f"{IP}PolicyIdError"),
    ("ListPolicyVersions", {"PolicyId": NO_POLICY}, "ResourceNotFound.PolicyIdNotFound"),
    ("GetPolicyVersion", {"PolicyId": 0, "VersionId": 1}, f"{IP}PolicyIdError"),
    ("GetPolicyVersion", {"PolicyId": NO_POLICY, "VersionId": 1}, "ResourceNotFound.PolicyIdNotFound"),
    ("GetPolicyVersion", {"PolicyId": "$policy", "VersionId": 9}, f"{IP}PolicyVersionNotExists"),
    ("DeletePolicyVersion", {"PolicyId": "$policy", "VersionId": [1]}, "FailedOperation.PolicyVersionAlreadyDefault"),
    ("DeletePolicyVersion", {"PolicyId": "$policy", "VersionId": [9]}, f"{IP}PolicyVersionNotExists"),
    ("DeletePolicyVersion", {"PolicyId": "$policy", "VersionId": []}, f"{IP}ParamError"),
    ("DeletePolicyVersion", {"PolicyId": NO_POLICY, "VersionId": [1]}, "ResourceNotFound.PolicyIdNotFound"),
    ("DeletePolicyVersion", {"PolicyId": "$preset", "VersionId": [1]}, f"{IP}PolicyIdError"),
    # attachments
    *(
        row
        for verb in ("Attach", "Detach")
        for row in (
            (f"{verb}UserPolicy", {"PolicyId": NO_POLICY, f"{verb}Uin": "$bob"}, "ResourceNotFound.PolicyIdNotFound"),
            (f"{verb}UserPolicy", {"PolicyId": "$policy", f"{verb}Uin": NO_UIN}, "ResourceNotFound.UserNotExist"),
            (
                f"{verb}GroupPolicy",
                {"PolicyId": "$policy", f"{verb}GroupId": NO_GROUP},
                "ResourceNotFound.GroupNotExist",
            ),
            (f"{verb}RolePolicy", {"PolicyId": NO_POLICY, f"{verb}RoleId": "$role"}, f"{IP}PolicyIdNotExist"),
            (f"{verb}RolePolicy", {"PolicyId": "$policy", f"{verb}RoleId": NO_ROLE}, f"{IP}RoleNotExist"),
            (f"{verb}RolePolicy", {"PolicyId": "$policy"}, f"{IP}ParamError"),
        )
    ),
    ("AttachGroupPolicy", {"PolicyId": NO_POLICY, "AttachGroupId": "$group"}, "ResourceNotFound.PolicyIdNotFound"),
    ("DetachGroupPolicy", {"PolicyId": NO_POLICY, "DetachGroupId": "$group"}, f"{IP}PolicyIdNotExist"),
    ("ListAttachedUserPolicies", {"TargetUin": "$bob", "Rp": 0}, f"{IP}ParamError"),
    (
        "ListAttachedUserAllPolicies",
        {"TargetUin": NO_UIN, "Rp": 1, "Page": 1, "AttachType": 0},
        "ResourceNotFound.UserNotExist",
    ),
    ("ListAttachedUserAllPolicies", {"TargetUin": "$bob", "Rp": 1, "Page": 1, "AttachType": 3}, f"{IP}ParamError"),
    ("ListAttachedGroupPolicies", {"TargetGroupId": "$group", "Page": 0}, f"{IP}ParamError"),
    ("ListAttachedGroupPolicies", {"TargetGroupId": "$group", "Keyword": LONG}, f"{IP}SearchKeywordLengthError"),
    ("ListAttachedRolePolicies", {"RoleId": "$role", "Page": 0, "Rp": 20}, f"{IP}ParamError"),
    ("ListEntitiesForPolicy", {"PolicyId": "$policy", "EntityFilter": "Robot"}, f"{IP}EntityFilterError"),
    ("ListEntitiesForPolicy", {"PolicyId": 0}, f"{IP}PolicyIdError"),
    ("ListEntitiesForPolicy", {"PolicyId": "$policy", "Rp": 0}, f"{IP}ParamError"),
    ("ListPoliciesGrantingServiceAccess", {}, f"{IP}ParamError"),
    # users
    ("AddUser", {"Name": "Alice"}, f"{IP}SubUserNameInUse"),
    ("AddUser", {"Name": "with blank"}, f"{IP}UserNameIllegal"),
    ("AddUser", {"Name": "new", "ConsoleLogin": 1, "Password": "weak"}, f"{IP}PasswordViolatedRules"),
    ("AddUser", {"Name": "new", "Email": "nowhere"}, f"{IP}ParamError"),
    ("UpdateUser", {"Name": "nobody", "Remark": "r"}, "ResourceNotFound.UserNotExist"),
    ("UpdateUser", {"Name": "alice", "ConsoleLogin": 1, "Password": "weak"}, f"{IP}PasswordViolatedRules"),
    ("DeleteUser", {"Name": "alice"}, "OperationDenied.HaveKeys"),
    ("DeleteUser", {"Name": "alice", "Force": 1}, "UnauthorizedOperation.DeleteApiKey", "helper"),
    ("DeleteUser", {"Name": "nobody"}, "ResourceNotFound.UserNotExist"),
    ("GetUser", {"Name": "nobody"}, "ResourceNotFound.UserNotExist"),
    ("DescribeSubAccounts", {"FilterSubAccountUin": list(range(1, 52))}, "InvalidParameter"),
    # groups
    ("CreateGroup", {"GroupName": "Group"}, f"{IP}GroupNameInUse"),
    ("CreateGroup", {"GroupName": " "}, f"{IP}ParamError"),
    ("UpdateGroup", {"GroupId": "$group", "GroupName": "other_group"}, f"{IP}GroupNameInUse"),
    ("UpdateGroup", {"GroupId": "$group", "Remark": LONG}, f"{IP}ParamError"),
    ("UpdateGroup", {"GroupId": NO_GROUP, "Remark": "r"}, "ResourceNotFound.GroupNotExist"),
    ("DeleteGroup", {"GroupId": NO_GROUP}, "ResourceNotFound.UserNotExist"),
    ("GetGroup", {"GroupId": NO_GROUP}, "ResourceNotFound.UserNotExist"),
    ("AddUserToGroup", {"Info": [{"GroupId": NO_GROUP, "Uin": "$bob"}]}, f"{IP}GroupNotExist"),
    ("AddUserToGroup", {"Info": [{"GroupId": "$group", "Uin": NO_UIN}]}, "ResourceNotFound.UserNotExist"),
    ("AddUserToGroup", {"Info": [{"GroupId": "$group"}]}, f"{IP}UserUinAndUinNotAllNull"),
    ("RemoveUserFromGroup", {"Info": [{"GroupId": "$group", "Uin": NO_UIN}]}, "ResourceNotFound.UserNotExist"),
    ("RemoveUserFromGroup", {"Info": [{"GroupId": "$group"}]}, f"{IP}UserUinAndUinNotAllNull"),
    ("ListGroupsForUser", {"SubUin": NO_UIN}, "ResourceNotFound.UserNotExist"),
    ("ListUsersForGroup", {"GroupId": NO_GROUP}, "ResourceNotFound.GroupNotExist"),
    # roles
    *(("CreateRole", {"RoleName": "bad", "PolicyDocument": text}, code) for code, text in BAD_TRUST.items()),
    *(
        ("UpdateAssumeRolePolicy", {"RoleName": "role", "PolicyDocument": text}, code)
        for code, text in BAD_TRUST.items()
    ),
    ("CreateRole", {"RoleName": "Role", "PolicyDocument": TRUST}, f"{IP}RoleNameInUse"),
    ("CreateRole", {"RoleName": "with blank", "PolicyDocument": TRUST}, f"{IP}RoleNameError"),
    ("CreateRole", {**NEW_ROLE, "Description": LONG}, f"{IP}DescriptionLengthOverlimit"),
    ("CreateRole", {**NEW_ROLE, "SessionDuration": 43201}, f"{IP}ParamError"),
    ("CreateRole", {**NEW_ROLE, "Tags": [{"Key": "", "Value": ""}]}, f"{IP}TagParamError"),
    (
        "UpdateAssumeRolePolicy",
        {"RoleName": "role", "PolicyDocument": TRUST.replace("root", "root" + "0" * 7000)},
        f"{IP}PolicyDocumentLengthOverLimit",
    ),
    ("UpdateRoleDescription", {"RoleName": "role", "Description": LONG}, f"{IP}DescriptionLengthOverlimit"),
    ("UpdateRoleSessionDuration", {"RoleName": "role", "SessionDuration": 43201}, f"{IP}ParamError"),
    ("TagRole", {"RoleName": "role", "Tags": MANY_TAGS}, f"{IP}TagLimitExceeded"),
    ("CreateRole", {**NEW_ROLE, "Tags": MANY_TAGS}, f"{IP}TagLimitExceeded"),
    ("TagRole", {"RoleName": "role", "Tags": [{"Key": "", "Value": ""}]}, f"{IP}TagParamError"),
    ("DescribeRoleList", {"Page": 0, "Rp": 20}, f"{IP}ParamError"),
    *(
        (action, {**more, **role}, code)
        for action, more in (
            ("GetRole", {}),
            ("DeleteRole", {}),
            ("UpdateAssumeRolePolicy", {"PolicyDocument": TRUST}),
            ("UpdateRoleDescription", {"Description": "d"}),
            ("UpdateRoleConsoleLogin", {"ConsoleLogin": 1}),
            ("UpdateRoleSessionDuration", {"SessionDuration": 1}),
            ("TagRole", {"Tags": [{"Key": "k", "Value": "v"}]}),
            ("UntagRole", {"TagKeys": ["k"]}),
            ("DeleteRolePermissionsBoundary", {}),
            ("PutRolePermissionsBoundary", {"PolicyId": "$bound"}),
        )
        for role, code in (({"RoleName": "nothing"}, f"{IP}RoleNotExist"), ({}, f"{IP}ParamError"))
    ),
    # keys
    ("CreateAccessKey", {"TargetUin": NO_UIN}, f"{IP}UserNotExist"),
    ("CreateAccessKey", {"TargetUin": "$alice", "Description": "!"}, f"{IP}ParamError"),
    ("ListAccessKeys", {"TargetUin": NO_UIN}, f"{IP}UserNotExist"),
    *(
        row
        for action, more in (("UpdateAccessKey", {"Status": "Inactive"}), ("DeleteAccessKey", {}))
        for row in (
            (action, {"AccessKeyId": "$alice_key", "TargetUin": NO_UIN, **more}, f"{IP}UserNotExist"),
            (action, {"AccessKeyId": "AKIDnone", "TargetUin": "$alice", **more}, "ResourceNotFound.SecretNotExist"),
            (action, {"AccessKeyId": "$alice_key", "TargetUin": "$bob", **more}, "OperationDenied.UinNotMatch"),
        )
    ),
    ("UpdateAccessKey", {"AccessKeyId": "$alice_key", "TargetUin": "$alice", "Status": "On"}, f"{IP}ParamError"),
    ("DeleteAccessKey", {"AccessKeyId": "$alice_key", "TargetUin": "$alice"}, "FailedOperation.Accesskey"),
    ("GetSecurityLastUsed", {"SecretIdList": ["x"] * 11}, "InvalidParameter"),
    # boundaries
    ("PutUserPermissionsBoundary", {"TargetUin": NO_UIN, "PolicyId": "$bound"}, f"{IP}UserNotExist"),
    ("PutUserPermissionsBoundary", {"TargetUin": "$bob", "PolicyId": NO_POLICY}, f"{IP}PolicyIdNotExist"),
    ("PutRolePermissionsBoundary", {"RoleId": "$role", "PolicyId": NO_POLICY}, f"{IP}PolicyIdNotExist"),
    ("DeleteUserPermissionsBoundary", {"TargetUin": NO_UIN}, f"{IP}UserNotExist"),
    # account
    (
        "UpdatePasswordRules",
        {"Rules": {**REQUESTS["UpdatePasswordRules"]["Rules"], "MinimumLength": 7}},
        f"{IP}PasswordRuleError",
    ),
    # rights: bob has none
    *(
        (action, parameters, "AuthFailure.UnauthorizedOperation", "bob")
        for action, parameters in REQUESTS.items()
        if action != "GetUserAppId"
    ),
    ("CreateAccessKey", {"TargetUin": "$account"}, "OperationDenied.SubUin", "manager"),
    ("ListAccessKeys", {"TargetUin": "$account"}, "OperationDenied.SubUin", "manager"),
    ("UpdateAccessKey", {**ROOT_KEY, "Status": "Inactive"}, "OperationDenied.SubUin", "manager"),
    ("DeleteAccessKey", ROOT_KEY, "OperationDenied.SubUin", "manager"),
]
QUOTA_ROWS = [
    ("CreatePolicy", {"PolicyName": "n", "PolicyDocument": ALL_IM}, "FailedOperation.PolicyFull"),
    (
        "CreatePolicyVersion",
        {"PolicyId": "$policy", "PolicyDocument": ALL_IM, "SetAsDefault": False},
        "FailedOperation.PolicyVersionFull",
    ),
    ("AddUser", {"Name": "n"}, f"{IP}SubUserFull"),
    ("CreateGroup", {"GroupName": "n"}, f"{IP}GroupFull"),
    ("CreateRole", {"RoleName": "n", "PolicyDocument": TRUST}, f"{IP}RoleFull"),
    ("AddUserToGroup", {"Info": [{"GroupId": "$group", "Uin": "$bob"}]}, f"{IP}GroupUserFull"),
    ("AddUserToGroup", {"Info": [{"GroupId": "$other_group", "Uin": "$alice"}]}, f"{IP}UserGroupFull"),
    ("AttachUserPolicy", {"PolicyId": "$spare", "AttachUin": "$alice"}, f"{IP}AttachmentFull"),
    ("CreateAccessKey", {"TargetUin": "$alice"}, "OperationDenied.AccessKeyOverLimit"),
    ("AttachGroupPolicy", {"PolicyId": "$bound", "AttachGroupId": "$group"}, f"{IP}AttachmentFull"),
    ("AttachRolePolicy", {"PolicyId": "$bound", "AttachRoleId": "$role"}, f"{IP}AttachmentFull"),
]
QUOTAS = {
    "policies": 3, "versions_of_a_policy": 2, "users": 3, "groups": 2, "roles": 2, "users_of_a_group": 1,
    "groups_of_a_user": 1, "attachments_of_a_holder": 2, "keys_of_a_user": 1,
}  # fmt: skip
