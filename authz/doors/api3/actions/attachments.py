"""The actions that attach policies to users, groups and roles, and list what is attached."""

from authz.control.results import (
    AttachedPolicy,
    AttachedUserPolicy,
    Entity,
    GrantingPolicy,
    Page,
    PolicyType,
    ServiceAccess,
)
from authz.doors.api3.actions.action import Action
from authz.doors.api3.actions.common import KEYWORD, NEEDED_PAGING, PAGING, ROLE, SHORT_TYPES, number
from authz.doors.api3.envelope import Fields, local_time
from authz.doors.api3.fields import Field, digits, integer, optional, required, text

_ID = required("PolicyId", integer)
_POLICY = (optional("PolicyId", integer), optional("PolicyName", text))
_GRANTING_TYPES = {PolicyType.CUSTOM: "Custom", PolicyType.PRESET: "Presetting"}


def _of_role(verb: str) -> tuple[Field, ...]:
    """The role of AttachRolePolicy and DetachRolePolicy, by its id or its name."""
    return optional(f"{verb}RoleId", text), optional(f"{verb}RoleName", text)


def _attached(policy: AttachedPolicy) -> Fields:
    return {
        "PolicyId": policy.policy_id,
        "PolicyName": policy.policy_name,
        "AddTime": local_time(policy.add_time),
        "CreateMode": policy.create_mode,
        "PolicyType": SHORT_TYPES[policy.policy_type],
        "Remark": policy.description,
        "OperateOwnerUin": policy.operate_owner_uin,
        "OperateUin": policy.operate_uin,
        "OperateUinType": int(policy.operated_by_role),
        "Deactived": 0,
        "DeactivedDetail": [],
    }


def _of_a_role(policy: AttachedPolicy) -> Fields:
    return {
        "PolicyId": policy.policy_id,
        "PolicyName": policy.policy_name,
        "AddTime": local_time(policy.add_time),
        "PolicyType": SHORT_TYPES[policy.policy_type],
        "CreateMode": policy.create_mode,
        "Deactived": 0,
        "DeactivedDetail": [],
        "Description": policy.description,
    }


def _of_a_user(policy: AttachedUserPolicy) -> Fields:
    return {
        "PolicyId": str(policy.policy_id),
        "PolicyName": policy.policy_name,
        "Description": policy.description,
        "AddTime": local_time(policy.add_time),
        "StrategyType": str(int(policy.policy_type)),
        "CreateMode": str(policy.create_mode),
        "Groups": [{"GroupId": each.group_id, "GroupName": each.group_name} for each in policy.groups],
        "Deactived": 0,
        "DeactivedDetail": [],
    }


def _entity(entity: Entity) -> Fields:
    return {
        "Id": entity.id,
        "Name": entity.name,
        "Uin": number(entity.uin),
        "RelatedType": int(entity.related_type),
        "AttachmentTime": local_time(entity.attachment_time),
    }


def _granting(policy: GrantingPolicy) -> Fields:
    return {
        "PolicyId": str(policy.policy_id),
        "PolicyName": policy.policy_name,
        "PolicyType": _GRANTING_TYPES[policy.policy_type],
        "PolicyDescription": policy.description,
    }


def _access(access: ServiceAccess) -> Fields:
    return {
        "Service": {"ServiceType": access.service_type, "ServiceName": access.service_name},
        "Action": [{"Name": each.name, "Description": each.description} for each in access.actions],
        "Policy": [_granting(each) for each in access.policies],
    }


def _attached_page(page: Page[AttachedPolicy]) -> Fields:
    return {"TotalNum": page.total, "List": [_attached(each) for each in page.rows]}


def _role_page(page: Page[AttachedPolicy]) -> Fields:
    return {"TotalNum": page.total, "List": [_of_a_role(each) for each in page.rows]}


def _user_page(page: Page[AttachedUserPolicy]) -> Fields:
    return {"TotalNum": page.total, "PolicyList": [_of_a_user(each) for each in page.rows]}


def _entity_page(page: Page[Entity]) -> Fields:
    return {"TotalNum": page.total, "List": [_entity(each) for each in page.rows]}


ACTIONS = (
    Action(
        "AttachUserPolicy",
        (_ID, required("AttachUin", digits)),
        lambda plane: plane.attachments.attach_user_policy,
    ),
    Action(
        "DetachUserPolicy",
        (_ID, required("DetachUin", digits)),
        lambda plane: plane.attachments.detach_user_policy,
    ),
    Action(
        "ListAttachedUserPolicies",
        (required("TargetUin", digits), *PAGING),
        lambda plane: plane.attachments.list_attached_user_policies,
        _attached_page,
    ),
    Action(
        "ListAttachedUserAllPolicies",
        (
            required("TargetUin", digits),
            *NEEDED_PAGING,
            required("AttachType", integer),
            optional("StrategyType", integer),
            KEYWORD,
        ),
        lambda plane: plane.attachments.list_attached_user_all_policies,
        _user_page,
    ),
    Action(
        "AttachGroupPolicy",
        (_ID, required("AttachGroupId", integer)),
        lambda plane: plane.attachments.attach_group_policy,
    ),
    Action(
        "DetachGroupPolicy",
        (_ID, required("DetachGroupId", integer)),
        lambda plane: plane.attachments.detach_group_policy,
    ),
    Action(
        "ListAttachedGroupPolicies",
        (required("TargetGroupId", integer), *PAGING, KEYWORD),
        lambda plane: plane.attachments.list_attached_group_policies,
        _attached_page,
    ),
    Action("AttachRolePolicy", (*_POLICY, *_of_role("Attach")), lambda plane: plane.attachments.attach_role_policy),
    Action("DetachRolePolicy", (*_POLICY, *_of_role("Detach")), lambda plane: plane.attachments.detach_role_policy),
    Action(
        "ListAttachedRolePolicies",
        (*NEEDED_PAGING, *ROLE, optional("PolicyType", text), KEYWORD),
        lambda plane: plane.attachments.list_attached_role_policies,
        _role_page,
    ),
    Action(
        "ListEntitiesForPolicy",
        (_ID, *PAGING, optional("EntityFilter", text)),
        lambda plane: plane.attachments.list_entities_for_policy,
        _entity_page,
    ),
    Action(
        "ListPoliciesGrantingServiceAccess",
        (
            optional("TargetUin", digits),
            optional("RoleId", digits),
            optional("GroupId", integer),
            optional("ServiceType", text),
        ),
        lambda plane: plane.attachments.list_policies_granting_service_access,
        lambda nodes: {"List": [_access(each) for each in nodes]},
    ),
)
