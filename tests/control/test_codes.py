"""Every documented error code that concerns a built action is answered, by a call that changes nothing."""

import pytest

from authz.control.errors import ControlError
from authz.store.database import Database
from authz.store.secrets import MasterKey
from tests.control import mistakes_identities, mistakes_lists, mistakes_policies
from tests.control.denied import FOR_EVERYONE, denials, methods
from tests.control.documented import DOCUMENTED
from tests.control.worlds import QUOTAS, make_world

MISTAKES = [*mistakes_policies.MISTAKES, *mistakes_lists.MISTAKES, *mistakes_identities.MISTAKES]
BEYOND_CAM = {"TagRole", "UntagRole", "AssumeRole"}  # actions of which the SDKs document no codes

# Why a documented code is never answered, whatever the action.
NEVER = {
    "InternalError": "a fault of the server, which the door answers",
    "InternalError.SystemError": "a fault of the server, which the door answers",
    "InternalError.UnknownError": "a fault of the server, which the door answers",
    "FailedOperation": "what has no code of its own; see EXTRA",
    "FailedOperation.ExistHighRiskOperations": "there is no risk control",
    "FailedOperation.ForbidAdd": "there is no risk control",
    "FailedOperation.GetUserAreaError": "there are no areas",
    "FailedOperation.OrganizationPolicyOperateError": "there are no organizations",
    "FailedOperation.TagResourceFailed": "tags are part of the role",
    "FailedOperation.Unmodifiable": "every user can be changed",
    "InvalidParameter.GroupIdError": "no field of the request concerns it",
    "InvalidParameter.KeywordError": "every keyword can be searched for",
    "InvalidParameter.NotSupportProduct": "policies may name any product",
    "InvalidParameter.OperateEntitiesOverLimit": "a call changes one entity",
    "InvalidParameter.OrganizationRoleOperateError": "there are no organizations",
    "InvalidParameter.PrincipalQcsCrossError": "roles may trust other accounts",
    "InvalidParameter.ResourceRegionError": "every region is accepted",
    "InvalidParameter.ResourceServiceNotExist": "services beyond the catalog are taken as they are",
    "InvalidParameter.ServiceLinkedPolicyCantInPermissionBoundary": "there are no service-linked policies",
    "InvalidParameter.ServiceLinkedRoleCantUsePermissionBoundary": "there are no service-linked roles",
    "InvalidParameter.ServiceTypeError": "no field of the request concerns it",
    "InvalidParameter.UinError": "no field of the request concerns it",
    "OperationDenied.CicPolicyOperationDenied": "there are no CIC policies",
    "OperationDenied.PolicyTagConflict": "policies are not created by tag",
    "RequestLimitExceeded.UinLimitExceeded": "rates are off",
    "ResourceNotFound.NotFound": "every kind of thing has a code of its own",
    "UnauthorizedOperation": "denials have the code AuthFailure.UnauthorizedOperation",
}
_OF_DOCUMENTS = {f"InvalidParameter.{detail}" for detail in [*mistakes_policies.MISTAKEN, "PrincipalQcsError"]}
_OF_TRUST = {f"InvalidParameter.Principal{detail}" for detail in ("QcsError", "QcsNotExist", "ServiceNotExist")}
_OF_OTHERS = {"InvalidParameter.UserNotExist", "ResourceNotFound.UserNotExist", "ResourceNotFound.GroupNotExist"}
_SAME = {"InvalidParameter.PolicyIdNotExist"}  # ResourceNotFound.PolicyIdNotFound is answered instead
_PARAM = {"InvalidParameter.ParamError"}
_LIMIT = {"InvalidParameter.AttachmentFull", "OperationDenied.AccessKeyOverLimit", "FailedOperation.PolicyFull"}
_NAMES = {"FailedOperation.PolicyNameInUse", "InvalidParameter.PolicyNameError", "InvalidParameter.VersionError"}
_LENGTH = {"InvalidParameter.DescriptionLengthOverlimit"}
_WRITES_TEXT = _OF_TRUST | _OF_OTHERS | {"InvalidParameter.AttachmentFull"}

# Codes that an action lists and does not answer: nothing in its request can cause them.
NOT_OF_THIS_ACTION = {
    "CreatePolicy": _WRITES_TEXT,
    "UpdatePolicy": _WRITES_TEXT | _SAME,
    "DeletePolicy": _SAME,
    "GetPolicy": _PARAM,
    "CreatePolicyVersion": _WRITES_TEXT | _NAMES - {"InvalidParameter.VersionError"} | _LENGTH | {
        "FailedOperation.PolicyFull"
    },
    "SetDefaultPolicyVersion": _OF_DOCUMENTS | _WRITES_TEXT | _SAME | _NAMES | _PARAM | _LENGTH,
    "ListPolicyVersions": _SAME | _PARAM,
    "GetPolicyVersion": _PARAM,
    "DeletePolicyVersion": _OF_DOCUMENTS | _WRITES_TEXT | _SAME | _NAMES | _LENGTH,
    "AttachUserPolicy": _SAME | _PARAM | {"FailedOperation.PolicyFull", "InvalidParameter.UserNotExist"},
    "DetachUserPolicy": _SAME | _PARAM | {"InvalidParameter.AttachmentFull", "InvalidParameter.UserNotExist"},
    "AttachGroupPolicy": _SAME | _PARAM | _OF_OTHERS - {"ResourceNotFound.GroupNotExist"} | {
        "FailedOperation.PolicyFull"
    },
    "DetachGroupPolicy": _PARAM | _OF_OTHERS - {"ResourceNotFound.GroupNotExist"},
    "AttachRolePolicy": _NAMES,
    "ListPoliciesGrantingServiceAccess": {"InvalidParameter"},
    "GetPasswordRules": {"ResourceNotFound.UserNotExist"},
    "UpdateUser": {"InvalidParameter", "InvalidParameter.UserNameIllegal"},
    "UpdateGroup": {"InvalidParameter.GroupNotExist"},
    "CreateRole": {"InvalidParameter.AttachmentFull", "InvalidParameter.UserNotExist"},
    "DeleteRole": {"InvalidParameter.PolicyNameError", "InvalidParameter.TagParamError"},
    "UpdateAssumeRolePolicy": {"InvalidParameter.AttachmentFull", "InvalidParameter.UserNotExist"},
    "CreateAccessKey": {"OperationDenied.UinNotMatch", "FailedOperation.Accesskey"},
    "ListAccessKeys": _LIMIT | {
        "OperationDenied.UinNotMatch", "ResourceNotFound.SecretNotExist", "FailedOperation.Accesskey",
    },
    "UpdateAccessKey": _LIMIT | {"FailedOperation.Accesskey"},
    "DeleteAccessKey": _LIMIT,
    "PutUserPermissionsBoundary": _PARAM | {"InvalidParameter.RoleNotExist"},
    "DeleteUserPermissionsBoundary": _PARAM | {"InvalidParameter.RoleNotExist"},
    "GetUserPermissionBoundary": _SAME | {"ResourceNotFound.PolicyIdNotFound"},
    "PutRolePermissionsBoundary": {"InvalidParameter.UserNotExist"},
    "DeleteRolePermissionsBoundary": _SAME | {"InvalidParameter.UserNotExist"},
    "GetRolePermissionBoundary": _SAME | {"ResourceNotFound.PolicyIdNotFound"},
}  # fmt: skip
# Codes of mistakes that are caught before the table's calls, and tested where they belong.
ELSEWHERE = {
    "AuthFailure.UnauthorizedOperation": "test_every_action_is_refused_to_a_caller_without_rights",
    "UnauthorizedOperation.DeleteApiKey": "tests/control/test_users.py",
    "OperationDenied.SubUin": "tests/control/test_keys.py",
}
# Codes that are answered although an action does not list them, since they say more than those that it lists.
EXTRA = {
    "FailedOperation",
    "InvalidParameter.PolicyDocumentError",
    "InvalidParameter.PolicyDocumentLengthOverLimit",
    "InvalidParameter.ParamError",
    "InvalidParameter.TagLimitExceeded",
}


@pytest.fixture(scope="module")
def worlds(tmp_path_factory):
    """The worlds by name; mistakes change nothing, so that all of them share these."""
    made, opened = {}, []
    for name, quotas in QUOTAS.items():
        url = f"sqlite:///{tmp_path_factory.mktemp(name)}/control.db"
        opened.append(Database.open(url, MasterKey(bytes(32)), create=True))
        made[name] = make_world(opened[-1], quotas)
    yield made
    for database in opened:
        database.close()


@pytest.mark.parametrize(
    ("action", "code", "world", "call"), MISTAKES, ids=[f"{at}-{row[0]}-{row[1]}" for at, row in enumerate(MISTAKES)]
)
def test_a_mistake_is_answered_with_its_code_and_changes_nothing(worlds, action, code, world, call):
    used = worlds[world]
    before = used.plane.revision()
    with pytest.raises(ControlError) as caught:
        call(used)
    assert (caught.value.code, used.plane.revision()) == (code, before), (action, caught.value.message)
    assert caught.value.message


def answered(action):
    return {code for name, code, _, _ in MISTAKES if name == action}


@pytest.mark.parametrize("action", DOCUMENTED)
def test_every_documented_code_that_concerns_an_action_is_answered(action):
    impossible = NEVER.keys() | ELSEWHERE.keys() | NOT_OF_THIS_ACTION.get(action, set())
    assert DOCUMENTED[action] - impossible - answered(action) == set(), "is documented, and no mistake leads to it"
    assert answered(action) - DOCUMENTED[action] - EXTRA == set(), "is answered, and not documented"


def test_no_reason_is_kept_that_is_not_needed():
    everything = set().union(*DOCUMENTED.values())
    assert NEVER.keys() | ELSEWHERE.keys() <= everything
    for action, codes in NOT_OF_THIS_ACTION.items():
        assert not codes & answered(action), action


def test_every_documented_action_is_built(worlds):
    built = {action for action, _, _ in methods(worlds["roomy"].plane)}
    assert built == DOCUMENTED.keys() | BEYOND_CAM


def test_every_action_is_refused_to_a_caller_without_rights(worlds):
    world = worlds["roomy"]
    before = world.plane.revision()
    denied = denials(world)
    assert denied.keys() == (DOCUMENTED.keys() | BEYOND_CAM) - {FOR_EVERYONE}
    assert {action: name for action, (name, _) in denied.items()} == {
        action: f"{'sts' if action == 'AssumeRole' else 'cam'}:{action}" for action in denied
    }
    assert world.plane.revision() == before
