"""Mistakes in calls that list what is attached to what, each with the code that it gives; rows as mistakes_policies."""

from tests.control.mistakes_policies import ID_ERROR, NO_USER, PARAM, R


def listed(name, w, **given):
    getattr(w.plane.attachments, name)(R, **given)


def _rows(action, name, fields, mistakes):
    for code, more in mistakes:
        yield action, code, "roomy", lambda w, more=more: listed(name, w, **{**fields(w), **more})


MISTAKES = [
    *_rows(
        "ListAttachedUserPolicies", "list_attached_user_policies", lambda w: {"target_uin": w.alice},
        [(PARAM, {"target_uin": "100009"}), (PARAM, {"rp": 0}), (PARAM, {"page": 0})],
    ),
    *_rows(
        "ListAttachedUserAllPolicies", "list_attached_user_all_policies",
        lambda w: {"target_uin": w.alice, "rp": 20, "page": 1, "attach_type": 0},
        [
            (NO_USER, {"target_uin": "100009"}), (PARAM, {"rp": 201}), (PARAM, {"page": 0}),
            (PARAM, {"attach_type": 3}), (PARAM, {"strategy_type": 3}), (PARAM, {"keyword": "x" * 129}),
        ],
    ),
    *_rows(
        "ListAttachedGroupPolicies", "list_attached_group_policies", lambda w: {"target_group_id": w.ops},
        [
            (PARAM, {"target_group_id": 9}), (PARAM, {"rp": 0}),
            ("InvalidParameter.SearchKeywordLengthError", {"keyword": "x" * 129}),
        ],
    ),
    *_rows(
        "ListAttachedRolePolicies", "list_attached_role_policies", lambda _w: {"page": 1, "rp": 20},
        [
            (PARAM, {}), (PARAM, {"role_name": "nope"}), (PARAM, {"role_name": "ci", "rp": 201}),
            (PARAM, {"role_name": "ci", "policy_type": "Local"}), (PARAM, {"role_name": "ci", "keyword": "x" * 129}),
        ],
    ),
    *_rows(
        "ListEntitiesForPolicy", "list_entities_for_policy", lambda w: {"policy_id": w.im},
        [
            (ID_ERROR, {"policy_id": 9}), (ID_ERROR, {"policy_id": -1}), (PARAM, {"page": 0}),
            ("InvalidParameter.EntityFilterError", {"entity_filter": "Users"}),
        ],
    ),
    *_rows(
        "ListPoliciesGrantingServiceAccess", "list_policies_granting_service_access", lambda _w: {},
        [
            (PARAM, {}), (PARAM, {"target_uin": "100009"}), (PARAM, {"group_id": 9}), (PARAM, {"role_id": "9"}),
            (PARAM, {"role_id": "9", "group_id": 1}),
        ],
    ),
]  # fmt: skip
