"""Mistakes in calls about policies, their versions, attachments and boundaries, each with the code that it gives.

A row is the action, the code, the world in which the mistake is made, and the call.
"""

from authz.control.names import Tag
from tests.control.documents import MISTAKEN
from tests.control.planes import IM_ALL, root

R = root()
NOT_FOUND, NOT_EXIST = "ResourceNotFound.PolicyIdNotFound", "InvalidParameter.PolicyIdNotExist"
PARAM, ID_ERROR = "InvalidParameter.ParamError", "InvalidParameter.PolicyIdError"
IN_USE, NAME_ERROR = "FailedOperation.PolicyNameInUse", "InvalidParameter.PolicyNameError"
IS_DEFAULT = "FailedOperation.PolicyVersionAlreadyDefault"
TOO_LONG = "InvalidParameter.DescriptionLengthOverlimit"
FULL = "InvalidParameter.AttachmentFull"
NO_USER, NO_GROUP = "ResourceNotFound.UserNotExist", "ResourceNotFound.GroupNotExist"
NO_ROLE = "InvalidParameter.RoleNotExist"


def create(w, **more):
    w.plane.policies.create_policy(R, **{"policy_name": "new", "policy_document": IM_ALL, **more})


def update(w, **more):
    w.plane.policies.update_policy(R, **{"policy_id": w.im, **more})


def add_version(w, **more):
    given = {"policy_id": w.im, "policy_document": IM_ALL, "set_as_default": True, **more}
    w.plane.versions.create_policy_version(R, **given)


def _documents():
    for detail, text in MISTAKEN.items():
        code = f"InvalidParameter.{detail}"
        yield "CreatePolicy", code, "roomy", lambda w, text=text: create(w, policy_document=text)
        yield "UpdatePolicy", code, "roomy", lambda w, text=text: update(w, policy_document=text)
        yield "CreatePolicyVersion", code, "roomy", lambda w, text=text: add_version(w, policy_document=text)


MISTAKES = [
    *_documents(),
    ("CreatePolicy", NAME_ERROR, "roomy", lambda w: create(w, policy_name="a b")),
    ("CreatePolicy", IN_USE, "roomy", lambda w: create(w, policy_name="IM")),
    ("CreatePolicy", IN_USE, "roomy", lambda w: create(w, policy_name="AdministratorAccess")),
    ("CreatePolicy", TOO_LONG, "roomy", lambda w: create(w, description="x" * 301)),
    ("CreatePolicy", PARAM, "roomy", lambda w: create(w, tags=[Tag("", "")])),
    ("CreatePolicy", PARAM, "roomy", lambda w: create(w, tags=[Tag(key, "") for key in "abc"])),
    ("CreatePolicy", "FailedOperation.PolicyFull", "full", create),
    ("UpdatePolicy", NOT_FOUND, "roomy", lambda w: update(w, policy_id=9, description="")),
    ("UpdatePolicy", NOT_FOUND, "roomy", lambda w: update(w, policy_id=None, policy_name="nope", description="")),
    ("UpdatePolicy", PARAM, "roomy", lambda w: update(w, policy_id=None, description="")),
    ("UpdatePolicy", PARAM, "roomy", lambda w: update(w, alias="custom policies have none")),
    ("UpdatePolicy", PARAM, "roomy", lambda w: update(w, policy_id=1, alias="x" * 301)),
    ("UpdatePolicy", ID_ERROR, "roomy", lambda w: update(w, policy_id=1, policy_document=IM_ALL)),
    ("UpdatePolicy", ID_ERROR, "roomy", lambda w: update(w, policy_id=1, description="mine")),
    ("UpdatePolicy", ID_ERROR, "roomy", lambda w: update(w, policy_id=1, alias="a", description="mine")),
    ("UpdatePolicy", NAME_ERROR, "roomy", lambda w: update(w, policy_name="a b")),
    ("UpdatePolicy", IN_USE, "roomy", lambda w: update(w, policy_name="SMS")),
    ("UpdatePolicy", TOO_LONG, "roomy", lambda w: update(w, description="述" * 101)),
    ("DeletePolicy", PARAM, "roomy", lambda w: w.plane.policies.delete_policy(R, policy_id=[])),
    (
        "DeletePolicy", "InvalidParameter.OperatePoliciesOverLimit", "roomy",
        lambda w: w.plane.policies.delete_policy(R, policy_id=[1, 2, 3, 4]),
    ),
    ("DeletePolicy", NOT_FOUND, "roomy", lambda w: w.plane.policies.delete_policy(R, policy_id=[w.sms, 9])),
    ("DeletePolicy", ID_ERROR, "roomy", lambda w: w.plane.policies.delete_policy(R, policy_id=[w.sms, 1])),
    (
        "DeletePolicy", "FailedOperation", "roomy",
        lambda w: w.plane.policies.delete_policy(R, policy_id=[w.sms, w.bound]),
    ),
    ("GetPolicy", ID_ERROR, "roomy", lambda w: w.plane.policies.get_policy(R, policy_id=0)),
    ("GetPolicy", NOT_FOUND, "roomy", lambda w: w.plane.policies.get_policy(R, policy_id=9)),
    ("ListPolicies", PARAM, "roomy", lambda w: w.plane.policies.list_policies(R, rp=201)),
    ("ListPolicies", PARAM, "roomy", lambda w: w.plane.policies.list_policies(R, page=201)),
    ("ListPolicies", "InvalidParameter.ScopeError", "roomy", lambda w: w.plane.policies.list_policies(R, scope="all")),
    (
        "ListPolicies", "InvalidParameter.SearchKeywordLengthError", "roomy",
        lambda w: w.plane.policies.list_policies(R, keyword="x" * 129),
    ),
    ("CreatePolicyVersion", NOT_EXIST, "roomy", lambda w: add_version(w, policy_id=9)),
    ("CreatePolicyVersion", PARAM, "roomy", lambda w: add_version(w, policy_id=1)),
    ("CreatePolicyVersion", "FailedOperation.PolicyVersionFull", "full", add_version),
    *(
        ("SetDefaultPolicyVersion", code, "roomy", lambda w, given=given: w.plane.versions.set_default_policy_version(
            R, **{"policy_id": w.im, "version_id": 2, **given}
        ))
        for code, given in [
            (NOT_FOUND, {"policy_id": 9}),
            (ID_ERROR, {"policy_id": 1}),
            ("InvalidParameter.PolicyVersionNotExists", {"version_id": 3}),
            (IS_DEFAULT, {"version_id": 1}),
        ]
    ),
    ("ListPolicyVersions", NOT_FOUND, "roomy", lambda w: w.plane.versions.list_policy_versions(R, policy_id=9)),
    *(
        ("GetPolicyVersion", code, "roomy", lambda w, given=given: w.plane.versions.get_policy_version(
            R, **{"policy_id": w.im, "version_id": 2, **given}
        ))
        for code, given in [
            (NOT_FOUND, {"policy_id": 9}),
            (ID_ERROR, {"policy_id": 0}),
            ("InvalidParameter.PolicyVersionNotExists", {"version_id": 3}),
            ("InvalidParameter.PolicyVersionNotExists", {"policy_id": 1}),
        ]
    ),
    *(
        ("DeletePolicyVersion", code, "roomy", lambda w, given=given: w.plane.versions.delete_policy_version(
            R, **{"policy_id": w.im, "version_id": [2], **given}
        ))
        for code, given in [
            (NOT_FOUND, {"policy_id": 9}),
            (ID_ERROR, {"policy_id": 1}),
            (PARAM, {"version_id": []}),
            ("InvalidParameter.PolicyVersionNotExists", {"version_id": [2, 3]}),
            (IS_DEFAULT, {"version_id": [2, 1]}),
        ]
    ),
]  # fmt: skip


def attach(name, w, **given):
    getattr(w.plane.attachments, name)(R, **given)


def _attachments():
    for verb in ("attach", "detach"):
        action, user, group = f"{verb.capitalize()}", f"{verb}_uin", f"{verb}_group_id"
        role_id, role_name = f"{verb}_role_id", f"{verb}_role_name"
        for kind, code, given in [
            ("user", NO_USER, lambda _w, user=user: {"policy_id": 1, user: "100009"}),
            ("user", NO_USER, lambda _w, user=user: {"policy_id": 1, user: "alice"}),
            ("user", NOT_FOUND, lambda w, user=user: {"policy_id": 9, user: w.alice}),
            ("user", ID_ERROR, lambda w, user=user: {"policy_id": 0, user: w.alice}),
            ("group", NO_GROUP, lambda _w, group=group: {"policy_id": 1, group: 9}),
            ("group", NO_GROUP, lambda _w, group=group: {"policy_id": 1, group: 0}),
            (
                "group",
                NOT_FOUND if verb == "attach" else NOT_EXIST,
                lambda w, group=group: {"policy_id": 9, group: w.ops},
            ),
            ("group", ID_ERROR, lambda w, group=group: {"policy_id": 0, group: w.ops}),
            ("role", NO_ROLE, lambda _w, role=role_id: {"policy_id": 1, role: "9"}),
            ("role", NO_ROLE, lambda _w, role=role_name: {"policy_id": 1, role: "nope"}),
            ("role", NOT_EXIST, lambda w, role=role_id: {"policy_id": 9, role: w.role}),
            ("role", NOT_EXIST, lambda w, role=role_id: {"policy_name": "nope", role: w.role}),
            ("role", NOT_EXIST, lambda w, role=role_id: {"policy_id": 1, "policy_name": "im", role: w.role}),
            ("role", PARAM, lambda w, role=role_id: {role: w.role}),
            ("role", PARAM, lambda _w: {"policy_id": 1}),
        ]:
            name = f"{verb}_{kind}_policy"
            call = lambda w, name=name, given=given: attach(name, w, **given(w))  # noqa: E731 - rows hold calls
            yield f"{action}{kind.capitalize()}Policy", code, "roomy", call


def boundary(name, w, **given):
    getattr(w.plane.boundaries, name)(R, **given)


MISTAKES += [
    *_attachments(),
    ("AttachUserPolicy", FULL, "full", lambda w: attach("attach_user_policy", w, policy_id=1, attach_uin=w.alice)),
    ("AttachGroupPolicy", FULL, "full", lambda w: attach("attach_group_policy", w, policy_id=1, attach_group_id=w.ops)),
    ("AttachRolePolicy", FULL, "full", lambda w: attach("attach_role_policy", w, policy_id=1, attach_role_id=w.role)),
    (
        "PutUserPermissionsBoundary", "InvalidParameter.UserNotExist", "roomy",
        lambda w: boundary("put_user_permissions_boundary", w, target_uin="100009", policy_id=1),
    ),
    (
        "PutUserPermissionsBoundary", NOT_EXIST, "roomy",
        lambda w: boundary("put_user_permissions_boundary", w, target_uin=w.alice, policy_id=9),
    ),
    (
        "DeleteUserPermissionsBoundary", "InvalidParameter.UserNotExist", "roomy",
        lambda w: boundary("delete_user_permissions_boundary", w, target_uin="100009"),
    ),
    (
        "GetUserPermissionBoundary", PARAM, "roomy",
        lambda w: boundary("get_user_permission_boundary", w, target_uin="100009"),
    ),
    (
        "PutRolePermissionsBoundary", NO_ROLE, "roomy",
        lambda w: boundary("put_role_permissions_boundary", w, role_name="nope", policy_id=1),
    ),
    (
        "PutRolePermissionsBoundary", NOT_EXIST, "roomy",
        lambda w: boundary("put_role_permissions_boundary", w, role_id=w.role, policy_id=9),
    ),
    (
        "PutRolePermissionsBoundary", PARAM, "roomy",
        lambda w: boundary("put_role_permissions_boundary", w, policy_id=1),
    ),
    (
        "DeleteRolePermissionsBoundary", NO_ROLE, "roomy",
        lambda w: boundary("delete_role_permissions_boundary", w, role_id="9"),
    ),
    ("DeleteRolePermissionsBoundary", PARAM, "roomy", lambda w: boundary("delete_role_permissions_boundary", w)),
    ("GetRolePermissionBoundary", PARAM, "roomy", lambda w: boundary("get_role_permission_boundary", w, role_id="9")),
    ("GetRolePermissionBoundary", PARAM, "roomy", lambda w: boundary("get_role_permission_boundary", w)),
]  # fmt: skip
