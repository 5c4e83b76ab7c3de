"""The error codes that the official SDKs document for each action of the CAM API that is built (cam-api.md 3)."""

DOCUMENTED = {
    "CreatePolicy": """
        FailedOperation.PolicyFull FailedOperation.PolicyNameInUse InternalError.SystemError
        InvalidParameter.ActionError InvalidParameter.ActionMiss InvalidParameter.ActionNotExist
        InvalidParameter.ActionServiceNotExist InvalidParameter.AttachmentFull
        InvalidParameter.ConditionContentError InvalidParameter.ConditionError
        InvalidParameter.ConditionTypeError InvalidParameter.DescriptionLengthOverlimit
        InvalidParameter.EffectError InvalidParameter.NotSupportProduct InvalidParameter.ParamError
        InvalidParameter.PolicyDocumentError InvalidParameter.PolicyDocumentLengthOverLimit
        InvalidParameter.PolicyNameError InvalidParameter.PrincipalError InvalidParameter.PrincipalQcsError
        InvalidParameter.PrincipalQcsNotExist InvalidParameter.PrincipalServiceNotExist
        InvalidParameter.ResourceContentError InvalidParameter.ResourceError
        InvalidParameter.ResourceProjectError InvalidParameter.ResourceQcsError
        InvalidParameter.ResourceRegionError InvalidParameter.ResourceServiceNotExist
        InvalidParameter.ResourceUinError InvalidParameter.StatementError InvalidParameter.UserNotExist
        InvalidParameter.VersionError ResourceNotFound.GroupNotExist ResourceNotFound.NotFound
        ResourceNotFound.UserNotExist
    """,
    "UpdatePolicy": """
        FailedOperation.OrganizationPolicyOperateError FailedOperation.PolicyNameInUse InternalError.SystemError
        InvalidParameter.ActionError InvalidParameter.ActionMiss InvalidParameter.ActionNotExist
        InvalidParameter.ActionServiceNotExist InvalidParameter.AttachmentFull
        InvalidParameter.ConditionContentError InvalidParameter.ConditionError
        InvalidParameter.ConditionTypeError InvalidParameter.DescriptionLengthOverlimit
        InvalidParameter.EffectError InvalidParameter.NotSupportProduct InvalidParameter.ParamError
        InvalidParameter.PolicyDocumentError InvalidParameter.PolicyDocumentLengthOverLimit
        InvalidParameter.PolicyIdError InvalidParameter.PolicyIdNotExist InvalidParameter.PolicyNameError
        InvalidParameter.PrincipalError InvalidParameter.PrincipalQcsError InvalidParameter.PrincipalQcsNotExist
        InvalidParameter.PrincipalServiceNotExist InvalidParameter.ResourceContentError
        InvalidParameter.ResourceError InvalidParameter.ResourceProjectError InvalidParameter.ResourceQcsError
        InvalidParameter.ResourceRegionError InvalidParameter.ResourceServiceNotExist
        InvalidParameter.ResourceUinError InvalidParameter.StatementError InvalidParameter.UserNotExist
        InvalidParameter.VersionError OperationDenied.PolicyTagConflict ResourceNotFound.GroupNotExist
        ResourceNotFound.NotFound ResourceNotFound.PolicyIdNotFound ResourceNotFound.UserNotExist
    """,
    "DeletePolicy": """
        FailedOperation.OrganizationPolicyOperateError InternalError.SystemError
        InvalidParameter.OperatePoliciesOverLimit InvalidParameter.ParamError InvalidParameter.PolicyIdError
        InvalidParameter.PolicyIdNotExist ResourceNotFound.NotFound ResourceNotFound.PolicyIdNotFound
    """,
    "GetPolicy": """
        InternalError.SystemError InvalidParameter.ParamError InvalidParameter.PolicyIdError
        ResourceNotFound.PolicyIdNotFound
    """,
    "ListPolicies": """
        FailedOperation.GetUserAreaError InternalError.SystemError InvalidParameter.GroupIdError
        InvalidParameter.KeywordError InvalidParameter.ParamError InvalidParameter.ScopeError
        InvalidParameter.SearchKeywordLengthError InvalidParameter.ServiceTypeError InvalidParameter.UinError
    """,
    "CreatePolicyVersion": """
        FailedOperation FailedOperation.OrganizationPolicyOperateError FailedOperation.PolicyFull
        FailedOperation.PolicyNameInUse FailedOperation.PolicyVersionFull InternalError.SystemError
        InvalidParameter.ActionError InvalidParameter.ActionMiss InvalidParameter.ActionNotExist
        InvalidParameter.ActionServiceNotExist InvalidParameter.AttachmentFull
        InvalidParameter.ConditionContentError InvalidParameter.ConditionError
        InvalidParameter.ConditionTypeError InvalidParameter.DescriptionLengthOverlimit
        InvalidParameter.EffectError InvalidParameter.NotSupportProduct InvalidParameter.ParamError
        InvalidParameter.PolicyDocumentError InvalidParameter.PolicyDocumentLengthOverLimit
        InvalidParameter.PolicyIdNotExist InvalidParameter.PolicyNameError InvalidParameter.PrincipalError
        InvalidParameter.PrincipalQcsError InvalidParameter.PrincipalQcsNotExist
        InvalidParameter.PrincipalServiceNotExist InvalidParameter.ResourceContentError
        InvalidParameter.ResourceError InvalidParameter.ResourceProjectError InvalidParameter.ResourceQcsError
        InvalidParameter.ResourceRegionError InvalidParameter.ResourceServiceNotExist
        InvalidParameter.ResourceUinError InvalidParameter.StatementError InvalidParameter.UserNotExist
        InvalidParameter.VersionError OperationDenied.CicPolicyOperationDenied OperationDenied.PolicyTagConflict
        ResourceNotFound.GroupNotExist ResourceNotFound.NotFound ResourceNotFound.UserNotExist
    """,
    "SetDefaultPolicyVersion": """
        FailedOperation.OrganizationPolicyOperateError FailedOperation.PolicyNameInUse
        FailedOperation.PolicyVersionAlreadyDefault InternalError.SystemError InvalidParameter.ActionError
        InvalidParameter.ActionMiss InvalidParameter.ActionNotExist InvalidParameter.ActionServiceNotExist
        InvalidParameter.AttachmentFull InvalidParameter.ConditionContentError InvalidParameter.ConditionError
        InvalidParameter.ConditionTypeError InvalidParameter.DescriptionLengthOverlimit
        InvalidParameter.EffectError InvalidParameter.NotSupportProduct InvalidParameter.ParamError
        InvalidParameter.PolicyDocumentError InvalidParameter.PolicyDocumentLengthOverLimit
        InvalidParameter.PolicyIdError InvalidParameter.PolicyIdNotExist InvalidParameter.PolicyNameError
        InvalidParameter.PolicyVersionNotExists InvalidParameter.PrincipalError
        InvalidParameter.PrincipalQcsError InvalidParameter.PrincipalQcsNotExist
        InvalidParameter.PrincipalServiceNotExist InvalidParameter.ResourceContentError
        InvalidParameter.ResourceError InvalidParameter.ResourceProjectError InvalidParameter.ResourceQcsError
        InvalidParameter.ResourceRegionError InvalidParameter.ResourceServiceNotExist
        InvalidParameter.ResourceUinError InvalidParameter.StatementError InvalidParameter.UserNotExist
        InvalidParameter.VersionError OperationDenied.CicPolicyOperationDenied ResourceNotFound.GroupNotExist
        ResourceNotFound.NotFound ResourceNotFound.PolicyIdNotFound ResourceNotFound.UserNotExist
    """,
    "ListPolicyVersions": """
        InternalError.SystemError InvalidParameter.ParamError InvalidParameter.PolicyIdNotExist
        ResourceNotFound.PolicyIdNotFound
    """,
    "GetPolicyVersion": """
        InternalError.SystemError InvalidParameter.ParamError InvalidParameter.PolicyIdError
        InvalidParameter.PolicyVersionNotExists ResourceNotFound.PolicyIdNotFound
    """,
    "DeletePolicyVersion": """
        FailedOperation FailedOperation.OrganizationPolicyOperateError FailedOperation.PolicyNameInUse
        FailedOperation.PolicyVersionAlreadyDefault InternalError.SystemError InvalidParameter.ActionError
        InvalidParameter.AttachmentFull InvalidParameter.ConditionError
        InvalidParameter.DescriptionLengthOverlimit InvalidParameter.EffectError
        InvalidParameter.NotSupportProduct InvalidParameter.ParamError InvalidParameter.PolicyDocumentError
        InvalidParameter.PolicyDocumentLengthOverLimit InvalidParameter.PolicyIdError
        InvalidParameter.PolicyIdNotExist InvalidParameter.PolicyNameError
        InvalidParameter.PolicyVersionNotExists InvalidParameter.PrincipalError InvalidParameter.ResourceError
        InvalidParameter.StatementError InvalidParameter.UserNotExist InvalidParameter.VersionError
        OperationDenied.CicPolicyOperationDenied ResourceNotFound.GroupNotExist ResourceNotFound.NotFound
        ResourceNotFound.PolicyIdNotFound ResourceNotFound.UserNotExist
    """,
    "AttachUserPolicy": """
        FailedOperation.OrganizationPolicyOperateError FailedOperation.PolicyFull InternalError.SystemError
        InvalidParameter.AttachmentFull InvalidParameter.ParamError InvalidParameter.PolicyIdError
        InvalidParameter.PolicyIdNotExist InvalidParameter.UserNotExist ResourceNotFound.PolicyIdNotFound
        ResourceNotFound.UserNotExist
    """,
    "DetachUserPolicy": """
        FailedOperation.OrganizationPolicyOperateError InternalError.SystemError InvalidParameter.AttachmentFull
        InvalidParameter.ParamError InvalidParameter.PolicyIdError InvalidParameter.PolicyIdNotExist
        InvalidParameter.UserNotExist ResourceNotFound.PolicyIdNotFound ResourceNotFound.UserNotExist
    """,
    "ListAttachedUserPolicies": """
        InternalError.SystemError InvalidParameter.ParamError
    """,
    "ListAttachedUserAllPolicies": """
        InvalidParameter.ParamError ResourceNotFound.UserNotExist UnauthorizedOperation
    """,
    "AttachGroupPolicy": """
        FailedOperation.OrganizationPolicyOperateError FailedOperation.PolicyFull InternalError.SystemError
        InvalidParameter.AttachmentFull InvalidParameter.ParamError InvalidParameter.PolicyIdError
        InvalidParameter.PolicyIdNotExist InvalidParameter.UserNotExist ResourceNotFound.GroupNotExist
        ResourceNotFound.PolicyIdNotFound ResourceNotFound.UserNotExist
    """,
    "DetachGroupPolicy": """
        FailedOperation.OrganizationPolicyOperateError InternalError.SystemError InvalidParameter.ParamError
        InvalidParameter.PolicyIdError InvalidParameter.PolicyIdNotExist InvalidParameter.UserNotExist
        ResourceNotFound.GroupNotExist ResourceNotFound.UserNotExist
    """,
    "ListAttachedGroupPolicies": """
        InternalError.SystemError InvalidParameter.ParamError InvalidParameter.SearchKeywordLengthError
    """,
    "AttachRolePolicy": """
        FailedOperation.OrganizationPolicyOperateError InternalError.SystemError InvalidParameter.AttachmentFull
        InvalidParameter.ParamError InvalidParameter.PolicyIdNotExist InvalidParameter.PolicyNameError
        InvalidParameter.RoleNotExist InvalidParameter.VersionError
    """,
    "DetachRolePolicy": """
        FailedOperation.OrganizationPolicyOperateError InternalError.SystemError InvalidParameter.ParamError
        InvalidParameter.PolicyIdNotExist InvalidParameter.RoleNotExist
    """,
    "ListAttachedRolePolicies": """
        InternalError.SystemError InvalidParameter.ParamError
    """,
    "ListEntitiesForPolicy": """
        InternalError.SystemError InvalidParameter.EntityFilterError InvalidParameter.ParamError
        InvalidParameter.PolicyIdError
    """,
    "ListPoliciesGrantingServiceAccess": """
        InternalError InternalError.SystemError InvalidParameter InvalidParameter.ParamError
    """,
    "AddUser": """
        AuthFailure.UnauthorizedOperation FailedOperation FailedOperation.ExistHighRiskOperations
        FailedOperation.ForbidAdd InvalidParameter.ParamError InvalidParameter.PasswordViolatedRules
        InvalidParameter.SubUserFull InvalidParameter.SubUserNameInUse InvalidParameter.UserNameIllegal
        RequestLimitExceeded.CreateUser
    """,
    "UpdateUser": """
        AuthFailure.UnauthorizedOperation FailedOperation FailedOperation.ExistHighRiskOperations
        FailedOperation.Unmodifiable InvalidParameter InvalidParameter.PasswordViolatedRules
        InvalidParameter.UserNameIllegal ResourceNotFound.UserNotExist
    """,
    "DeleteUser": """
        AuthFailure.UnauthorizedOperation FailedOperation FailedOperation.Unmodifiable OperationDenied.HaveKeys
        RequestLimitExceeded.UinLimitExceeded ResourceNotFound.UserNotExist UnauthorizedOperation.DeleteApiKey
    """,
    "GetUser": """
        AuthFailure.UnauthorizedOperation FailedOperation ResourceNotFound.UserNotExist
    """,
    "ListUsers": """
        FailedOperation
    """,
    "DescribeSubAccounts": """
        FailedOperation InternalError.SystemError InvalidParameter
    """,
    "CreateGroup": """
        FailedOperation InvalidParameter.GroupFull InvalidParameter.GroupNameInUse InvalidParameter.ParamError
    """,
    "UpdateGroup": """
        FailedOperation InvalidParameter.GroupNameInUse InvalidParameter.GroupNotExist
        InvalidParameter.ParamError ResourceNotFound.GroupNotExist
    """,
    "DeleteGroup": """
        FailedOperation ResourceNotFound.UserNotExist
    """,
    "GetGroup": """
        FailedOperation ResourceNotFound.UserNotExist
    """,
    "ListGroups": """
        FailedOperation
    """,
    "AddUserToGroup": """
        AuthFailure.UnauthorizedOperation FailedOperation InvalidParameter.GroupNotExist
        InvalidParameter.GroupUserFull InvalidParameter.UserGroupFull InvalidParameter.UserUinAndUinNotAllNull
        ResourceNotFound.UserNotExist
    """,
    "RemoveUserFromGroup": """
        AuthFailure.UnauthorizedOperation FailedOperation InvalidParameter.UserUinAndUinNotAllNull
        ResourceNotFound.UserNotExist
    """,
    "ListGroupsForUser": """
        AuthFailure.UnauthorizedOperation FailedOperation ResourceNotFound.UserNotExist
    """,
    "ListUsersForGroup": """
        FailedOperation ResourceNotFound.GroupNotExist
    """,
    "CreateRole": """
        FailedOperation.TagResourceFailed InternalError.SystemError InvalidParameter.ActionError
        InvalidParameter.ActionMiss InvalidParameter.AttachmentFull InvalidParameter.ConditionContentError
        InvalidParameter.ConditionError InvalidParameter.ConditionTypeError
        InvalidParameter.DescriptionLengthOverlimit InvalidParameter.EffectError InvalidParameter.ParamError
        InvalidParameter.PrincipalError InvalidParameter.PrincipalQcsCrossError
        InvalidParameter.PrincipalQcsError InvalidParameter.PrincipalQcsNotExist
        InvalidParameter.PrincipalServiceNotExist InvalidParameter.RoleFull InvalidParameter.RoleNameError
        InvalidParameter.RoleNameInUse InvalidParameter.StatementError InvalidParameter.TagLimitExceeded
        InvalidParameter.TagParamError InvalidParameter.UserNotExist InvalidParameter.VersionError
    """,
    "GetRole": """
        InternalError.SystemError InvalidParameter.ParamError InvalidParameter.RoleNotExist
    """,
    "DeleteRole": """
        InternalError.SystemError InvalidParameter.OrganizationRoleOperateError InvalidParameter.ParamError
        InvalidParameter.PolicyNameError InvalidParameter.RoleNotExist InvalidParameter.TagParamError
    """,
    "UpdateAssumeRolePolicy": """
        InternalError.SystemError InvalidParameter.ActionError InvalidParameter.ActionMiss
        InvalidParameter.AttachmentFull InvalidParameter.ConditionContentError InvalidParameter.ConditionError
        InvalidParameter.ConditionTypeError InvalidParameter.EffectError InvalidParameter.ParamError
        InvalidParameter.PolicyDocumentLengthOverLimit InvalidParameter.PrincipalError
        InvalidParameter.PrincipalQcsCrossError InvalidParameter.PrincipalQcsError
        InvalidParameter.PrincipalQcsNotExist InvalidParameter.PrincipalServiceNotExist
        InvalidParameter.RoleNotExist InvalidParameter.StatementError InvalidParameter.UserNotExist
        InvalidParameter.VersionError
    """,
    "UpdateRoleDescription": """
        InternalError.SystemError InvalidParameter.DescriptionLengthOverlimit InvalidParameter.ParamError
        InvalidParameter.RoleNotExist
    """,
    "UpdateRoleConsoleLogin": """
        InternalError.SystemError InvalidParameter.ParamError InvalidParameter.RoleNotExist
    """,
    "UpdateRoleSessionDuration": """
        InternalError.SystemError InvalidParameter.ParamError InvalidParameter.RoleNotExist
    """,
    "DescribeRoleList": """
        FailedOperation InternalError.SystemError InvalidParameter.ParamError
    """,
    "CreateAccessKey": """
        AuthFailure.UnauthorizedOperation FailedOperation.Accesskey InvalidParameter.ParamError
        InvalidParameter.UserNotExist OperationDenied.AccessKeyOverLimit OperationDenied.SubUin
        OperationDenied.UinNotMatch
    """,
    "ListAccessKeys": """
        AuthFailure.UnauthorizedOperation FailedOperation.Accesskey InternalError.UnknownError
        InvalidParameter.ParamError InvalidParameter.UserNotExist OperationDenied.AccessKeyOverLimit
        OperationDenied.SubUin OperationDenied.UinNotMatch ResourceNotFound.SecretNotExist
    """,
    "UpdateAccessKey": """
        AuthFailure.UnauthorizedOperation FailedOperation.Accesskey InvalidParameter.ParamError
        InvalidParameter.UserNotExist OperationDenied.AccessKeyOverLimit OperationDenied.SubUin
        OperationDenied.UinNotMatch ResourceNotFound.SecretNotExist
    """,
    "DeleteAccessKey": """
        AuthFailure.UnauthorizedOperation FailedOperation.Accesskey InvalidParameter.ParamError
        InvalidParameter.UserNotExist OperationDenied.AccessKeyOverLimit OperationDenied.SubUin
        OperationDenied.UinNotMatch ResourceNotFound.SecretNotExist
    """,
    "GetSecurityLastUsed": """
        FailedOperation InvalidParameter
    """,
    "PutUserPermissionsBoundary": """
        InternalError.SystemError InvalidParameter.OperateEntitiesOverLimit InvalidParameter.ParamError
        InvalidParameter.PolicyIdNotExist InvalidParameter.RoleNotExist
        InvalidParameter.ServiceLinkedPolicyCantInPermissionBoundary InvalidParameter.UserNotExist
        UnauthorizedOperation
    """,
    "DeleteUserPermissionsBoundary": """
        InternalError.SystemError InvalidParameter.OperateEntitiesOverLimit InvalidParameter.ParamError
        InvalidParameter.RoleNotExist InvalidParameter.UserNotExist UnauthorizedOperation
    """,
    "GetUserPermissionBoundary": """
        InternalError.SystemError InvalidParameter.ParamError InvalidParameter.PolicyIdNotExist
        ResourceNotFound.PolicyIdNotFound
    """,
    "PutRolePermissionsBoundary": """
        InternalError.SystemError InvalidParameter.OperateEntitiesOverLimit InvalidParameter.ParamError
        InvalidParameter.PolicyIdNotExist InvalidParameter.RoleNotExist
        InvalidParameter.ServiceLinkedPolicyCantInPermissionBoundary
        InvalidParameter.ServiceLinkedRoleCantUsePermissionBoundary InvalidParameter.UserNotExist
        UnauthorizedOperation
    """,
    "DeleteRolePermissionsBoundary": """
        InternalError.SystemError InvalidParameter.OperateEntitiesOverLimit InvalidParameter.ParamError
        InvalidParameter.PolicyIdNotExist InvalidParameter.RoleNotExist
        InvalidParameter.ServiceLinkedRoleCantUsePermissionBoundary InvalidParameter.UserNotExist
        UnauthorizedOperation
    """,
    "GetRolePermissionBoundary": """
        InternalError.SystemError InvalidParameter.ParamError InvalidParameter.PolicyIdNotExist
        ResourceNotFound.PolicyIdNotFound
    """,
    "GetAccountSummary": """
        InternalError.SystemError
    """,
    "GetUserAppId": """
        FailedOperation InternalError.SystemError
    """,
    "GetPasswordRules": """
        FailedOperation ResourceNotFound.UserNotExist
    """,
    "UpdatePasswordRules": """
        InvalidParameter.PasswordRuleError
    """,
}
DOCUMENTED = {action: frozenset(codes.split()) for action, codes in DOCUMENTED.items()}
