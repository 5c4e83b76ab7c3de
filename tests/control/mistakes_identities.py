"""Mistakes in calls about users, groups, roles, keys and the account; rows as in mistakes_policies."""

import json

from authz.control.groups import GroupMember
from authz.control.names import Tag
from authz.control.passwords import PasswordRules
from tests.control.mistakes_policies import NO_GROUP, NO_ROLE, NO_USER, PARAM, TOO_LONG, R
from tests.control.planes import ROOT_TRUST, trust_of

NO_SUCH_USER = "InvalidParameter.UserNotExist"
NO_KEY, OTHERS_KEY = "ResourceNotFound.SecretNotExist", "OperationDenied.UinNotMatch"
VIOLATED = "InvalidParameter.PasswordViolatedRules"


def rows(action, family, fields, mistakes, by=lambda _w: R):
    """Rows of one action: `fields` of a right call, changed by each mistake; `by` gives the caller."""
    name = "".join(f"_{char.lower()}" if char.isupper() else char for char in action).lstrip("_")
    for code, more, *where in mistakes:

        def call(w, more=more):
            changed = more(w) if callable(more) else more
            getattr(getattr(w.plane, family), name)(by(w), **{**fields(w), **changed})

        yield action, code, *(where or ["roomy"]), call


USERS = [
    *rows(
        "AddUser", "users", lambda _w: {"name": "carol"},
        [
            ("InvalidParameter.UserNameIllegal", {"name": "a b"}),
            ("InvalidParameter.SubUserNameInUse", {"name": "ALICE"}),
            (VIOLATED, {"console_login": True, "password": "weak"}),
            (PARAM, {"email": "alice"}),
            (PARAM, {"remark": "x" * 301}),
            ("InvalidParameter.SubUserFull", {}, "full"),
            ("RequestLimitExceeded.CreateUser", {}, "busy"),
        ],
    ),
    *rows(
        "UpdateUser", "users", lambda _w: {"name": "alice"},
        [
            (NO_USER, {"name": "nope"}),
            (VIOLATED, {"console_login": True, "password": "weak"}),
            (PARAM, {"phone_num": "x"}),
        ],
    ),
    *rows("DeleteUser", "users", lambda _w: {}, [
        (NO_USER, {"name": "nope"}), ("OperationDenied.HaveKeys", {"name": "alice"}),
    ]),
    *rows("GetUser", "users", lambda _w: {}, [(NO_USER, {"name": "nope"}), (NO_USER, {"name": ""})]),
    *rows("DescribeSubAccounts", "users", lambda _w: {}, [
        ("InvalidParameter", {"filter_sub_account_uin": []}),
        ("InvalidParameter", {"filter_sub_account_uin": ["1"] * 51}),
    ]),
]  # fmt: skip
GROUPS = [
    *rows("CreateGroup", "groups", lambda _w: {"group_name": "new"}, [
        (PARAM, {"group_name": ""}), (PARAM, {"remark": "x" * 301}),
        ("InvalidParameter.GroupNameInUse", {"group_name": "OPS"}), ("InvalidParameter.GroupFull", {}, "full"),
    ]),
    *rows("UpdateGroup", "groups", lambda w: {"group_id": w.ops}, [
        (NO_GROUP, {"group_id": 9}), (PARAM, {"group_name": " "}),
        ("InvalidParameter.GroupNameInUse", {"group_name": "empty"}),
    ]),
    *rows("DeleteGroup", "groups", lambda _w: {}, [(NO_USER, {"group_id": 9})]),
    *rows("GetGroup", "groups", lambda _w: {}, [(NO_USER, {"group_id": 9})]),
    *rows("ListGroups", "groups", lambda _w: {}, [(PARAM, {"rp": 0}), (PARAM, {"keyword": "x" * 129})]),
    *rows("AddUserToGroup", "groups", lambda _w: {}, [
        ("FailedOperation", {"info": []}),
        ("InvalidParameter.UserUinAndUinNotAllNull", {"info": [GroupMember(1)]}),
        ("InvalidParameter.GroupNotExist", lambda w: {"info": [GroupMember(9, w.bob)]}),
        (NO_USER, lambda w: {"info": [GroupMember(w.empty, w.bob), GroupMember(w.empty, "100009")]}),
        (NO_USER, lambda w: {"info": [GroupMember(w.empty, w.bob, uid=9)]}),
        ("InvalidParameter.UserGroupFull", lambda w: {"info": [GroupMember(w.empty, w.alice)]}, "full"),
        (
            "InvalidParameter.GroupUserFull",
            lambda w: {"info": [GroupMember(w.ops, w.bob)]}, "full",
        ),
    ]),
    *rows("RemoveUserFromGroup", "groups", lambda _w: {}, [
        ("FailedOperation", {"info": []}),
        ("InvalidParameter.UserUinAndUinNotAllNull", {"info": [GroupMember(1)]}),
        (NO_USER, lambda w: {"info": [GroupMember(w.ops, w.alice), GroupMember(w.ops, uid=9)]}),
        (NO_USER, lambda w: {"info": [GroupMember(9, w.alice)]}),
    ]),
    *rows("ListGroupsForUser", "groups", lambda _w: {}, [
        (NO_USER, {"sub_uin": "100009"}), (NO_USER, {"uid": 9}), (NO_USER, {}),
        (PARAM, lambda w: {"sub_uin": w.alice, "rp": 0}),
    ]),
    *rows("ListUsersForGroup", "groups", lambda w: {"group_id": w.ops}, [
        (NO_GROUP, {"group_id": 9}), (PARAM, {"page": 0}),
    ]),
]  # fmt: skip


def trust(**changes):
    """The trust policy of the role with one member of its statement changed; None removes it."""
    value = json.loads(ROOT_TRUST)
    value["statement"][0].update(changes)
    value["statement"][0] = {key: item for key, item in value["statement"][0].items() if item is not None}
    return json.dumps(value)


UNTRUSTED = {
    "ActionError": trust(action="name/im:*"),
    "ActionMiss": trust(action=None),
    "ConditionError": trust(condition="x"),
    "ConditionTypeError": trust(condition={"like": {"a": "b"}}),
    "ConditionContentError": trust(condition={"ip_equal": {"qcs:ip": "x"}}),
    "EffectError": trust(effect="Allow"),
    "PrincipalError": trust(principal=None),
    "PrincipalQcsError": trust(principal={"qcs": ["alice"]}),
    "PrincipalQcsNotExist": trust_of("qcs::cam::uin/12345678:uin/100009"),
    "PrincipalServiceNotExist": trust(principal={"service": ["nope"]}),
    "StatementError": '{"version": "2.0", "statement": []}',
    "VersionError": ROOT_TRUST.replace("2.0", "1.0"),
    "PolicyDocumentError": "{",
    "PolicyDocumentLengthOverLimit": trust(
        condition={"string_equal": {"k": ["x" * 200 + str(at) for at in range(40)]}}
    ),
}
ROLES = [
    *rows("CreateRole", "roles", lambda _w: {"role_name": "new", "policy_document": ROOT_TRUST}, [
        *((f"InvalidParameter.{detail}", {"policy_document": text}) for detail, text in UNTRUSTED.items()),
        ("InvalidParameter.RoleNameError", {"role_name": "a b"}),
        ("InvalidParameter.RoleNameInUse", {"role_name": "CI"}),
        (TOO_LONG, {"description": "x" * 301}),
        (PARAM, {"session_duration": 43_201}),
        ("InvalidParameter.TagParamError", {"tags": [Tag("", "")]}),
        ("InvalidParameter.TagLimitExceeded", {"tags": [Tag(key, "") for key in "abc"]}),
        ("InvalidParameter.RoleFull", {}, "full"),
    ]),
    *(
        row
        for action, fields in [
            ("GetRole", {}), ("DeleteRole", {}), ("UpdateRoleDescription", {"description": ""}),
            ("UpdateAssumeRolePolicy", {"policy_document": ROOT_TRUST}),
            ("UpdateRoleConsoleLogin", {"console_login": True}),
            ("UpdateRoleSessionDuration", {"session_duration": 1}),
            ("TagRole", {"tags": []}), ("UntagRole", {"tag_keys": []}),
        ]
        for row in rows(action, "roles", lambda _w, fields=fields: fields, [
            (NO_ROLE, {"role_id": "9"}), (NO_ROLE, {"role_name": "nope"}),
            (NO_ROLE, {"role_id": "9", "role_name": "ci"}), (PARAM, {}),
        ])
    ),
    *rows("UpdateAssumeRolePolicy", "roles", lambda _w: {"role_name": "ci"}, [
        (f"InvalidParameter.{detail}", {"policy_document": text}) for detail, text in UNTRUSTED.items()
    ]),
    *rows("UpdateRoleDescription", "roles", lambda _w: {"role_name": "ci"}, [(TOO_LONG, {"description": "x" * 301})]),
    *rows("UpdateRoleSessionDuration", "roles", lambda _w: {"role_name": "ci"}, [(PARAM, {"session_duration": -1})]),
    *rows("TagRole", "roles", lambda _w: {"role_name": "ci"}, [
        ("InvalidParameter.TagParamError", {"tags": [Tag("qcs:x", "")]}),
        ("InvalidParameter.TagLimitExceeded", {"tags": [Tag(key, "") for key in "abc"]}),
    ]),
    *rows("DescribeRoleList", "roles", lambda _w: {"page": 1, "rp": 20}, [(PARAM, {"page": 0}), (PARAM, {"rp": 0})]),
]  # fmt: skip


def _keys():
    for action, fields in [
        ("CreateAccessKey", lambda _w: {}),
        ("ListAccessKeys", lambda _w: {}),
        ("UpdateAccessKey", lambda w: {"access_key_id": w.key, "status": "Active"}),
        ("DeleteAccessKey", lambda w: {"access_key_id": w.key}),
    ]:
        yield from rows(action, "keys", fields, [(NO_SUCH_USER, {"target_uin": "100009"})])
        yield from rows(action, "keys", fields, [(PARAM, {})], by=lambda w: w.session)
        if action in ("UpdateAccessKey", "DeleteAccessKey"):
            yield from rows(action, "keys", fields, [
                (NO_KEY, lambda w: {"access_key_id": "AKIDnope", "target_uin": w.alice}),
                (OTHERS_KEY, lambda w: {"target_uin": w.bob}),
            ])  # fmt: skip


KEYS = [
    *_keys(),
    *rows("CreateAccessKey", "keys", lambda w: {"target_uin": w.alice}, [
        ("OperationDenied.AccessKeyOverLimit", {}), (PARAM, {"description": "a b"}),
    ]),
    *rows("UpdateAccessKey", "keys", lambda w: {"access_key_id": w.key, "target_uin": w.alice}, [
        (PARAM, {"status": "x"}),
    ]),
    *rows("DeleteAccessKey", "keys", lambda w: {"access_key_id": w.key, "target_uin": w.alice}, [
        ("FailedOperation.Accesskey", {}),
    ]),
    *rows("GetSecurityLastUsed", "keys", lambda _w: {}, [
        ("InvalidParameter", {"secret_id_list": []}), ("InvalidParameter", {"secret_id_list": ["x"] * 11}),
    ]),
    *rows("UpdatePasswordRules", "passwords", lambda _w: {}, [
        ("InvalidParameter.PasswordRuleError", {"rules": PasswordRules(minimum_length=1)}),
    ]),
]  # fmt: skip
MISTAKES = [*USERS, *GROUPS, *ROLES, *KEYS]
