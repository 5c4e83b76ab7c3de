"""The actions on policies, and on their versions."""

from authz.control.results import Page, PolicyDetail, PolicyRow, PolicyVersion
from authz.doors.api3.actions.action import Action
from authz.doors.api3.actions.common import KEYWORD, PAGING, TAGS, rendered_tags
from authz.doors.api3.envelope import Fields, local_time, utc_time
from authz.doors.api3.fields import boolean, integer, list_of, optional, required, text

_ID = required("PolicyId", integer)
_DOCUMENT = required("PolicyDocument", text)


def _updated(policy_id: int | None) -> Fields:
    return {} if policy_id is None else {"PolicyId": policy_id}


def _detail(policy: PolicyDetail) -> Fields:
    return {
        "PolicyName": policy.policy_name,
        "Description": policy.description,
        "Type": int(policy.policy_type),
        "AddTime": local_time(policy.add_time),
        "UpdateTime": local_time(policy.update_time),
        "PolicyDocument": policy.policy_document,
        "PresetAlias": policy.preset_alias,
        "IsServiceLinkedRolePolicy": 0,
        "Tags": rendered_tags(policy.tags),
    }


def _row(policy: PolicyRow) -> Fields:
    return {
        "PolicyId": policy.policy_id,
        "PolicyName": policy.policy_name,
        "AddTime": local_time(policy.add_time),
        "Type": int(policy.policy_type),
        "Description": policy.description,
        "CreateMode": policy.create_mode,
        "Attachments": policy.attachments,
        "ServiceType": policy.service_type,
        "IsAttached": None,
        "Deactived": 0,
        "DeactivedDetail": [],
        "IsServiceLinkedPolicy": 0,
        "AttachEntityCount": policy.attachments,
        "AttachEntityBoundaryCount": policy.boundaries,
        "UpdateTime": local_time(policy.update_time),
        "Tags": rendered_tags(policy.tags),
    }


def _page(page: Page[PolicyRow]) -> Fields:
    return {"TotalNum": page.total, "List": [_row(each) for each in page.rows], "ServiceTypeList": []}


def _version(version: PolicyVersion) -> Fields:
    return {
        "VersionId": version.version_id,
        "CreateDate": utc_time(version.create_date),
        "IsDefaultVersion": int(version.is_default_version),
    }


def _versions(versions: tuple[PolicyVersion, ...]) -> Fields:
    return {"Versions": [_version(each) for each in versions]}


def _whole_version(version: PolicyVersion) -> Fields:
    return {"PolicyVersion": {**_version(version), "Document": version.document}}


ACTIONS = (
    Action(
        "CreatePolicy",
        (required("PolicyName", text), _DOCUMENT, optional("Description", text), TAGS),
        lambda plane: plane.policies.create_policy,
        lambda policy_id: {"PolicyId": policy_id},
    ),
    Action(
        "UpdatePolicy",
        (
            optional("PolicyId", integer),
            optional("PolicyName", text),
            optional("Description", text),
            optional("PolicyDocument", text),
            optional("Alias", text),
        ),
        lambda plane: plane.policies.update_policy,
        _updated,
    ),
    Action("DeletePolicy", (required("PolicyId", list_of(integer)),), lambda plane: plane.policies.delete_policy),
    Action("GetPolicy", (_ID,), lambda plane: plane.policies.get_policy, _detail),
    Action(
        "ListPolicies",
        (*PAGING, optional("Scope", text), KEYWORD),
        lambda plane: plane.policies.list_policies,
        _page,
    ),
    Action(
        "CreatePolicyVersion",
        (_ID, _DOCUMENT, required("SetAsDefault", boolean)),
        lambda plane: plane.versions.create_policy_version,
        lambda version_id: {"VersionId": version_id},
    ),
    Action(
        "SetDefaultPolicyVersion",
        (_ID, required("VersionId", integer)),
        lambda plane: plane.versions.set_default_policy_version,
    ),
    Action("ListPolicyVersions", (_ID,), lambda plane: plane.versions.list_policy_versions, _versions),
    Action(
        "GetPolicyVersion",
        (_ID, required("VersionId", integer)),
        lambda plane: plane.versions.get_policy_version,
        _whole_version,
    ),
    Action(
        "DeletePolicyVersion",
        (_ID, required("VersionId", list_of(integer))),
        lambda plane: plane.versions.delete_policy_version,
    ),
)
