"""The message of a denial, in CAM's wording (cam-language 7)."""

import json
from collections.abc import Iterable

from authz.engine.conditions import BoundCondition
from authz.engine.decision import Decision, Reason
from authz.engine.plan import ActionPlan, is_operation_level
from authz.engine.request import Request
from authz.engine.rules import Rule
from authz.language.action import Action

HINT_BYTES = 4 * 1024
"""Limit on the conditions that one denial lists."""
DENIAL_END = ") has no permission"
"""The part of every denial that follows the resource."""
_NO_MATCHING_ALLOW = Reason.NO_MATCHING_ALLOW  # reading a member of an Enum costs more than reading a global


def denial_message(plan: ActionPlan | None, request: Request, decision: Decision) -> str:
    """The whole message of a denial."""
    text, hints = denial_parts(plan, request, decision)
    return text + hints.decode()


def denial_parts(plan: ActionPlan | None, request: Request, decision: Decision) -> tuple[str, bytes]:
    """The message of a denial and, encoded, the conditions that the request did not meet.

    Explicit and implicit denials have the same wording; an operation-level API is denied on `*`. `plan` is what the
    request's snapshot resolved for it. If an allow covers the request except for its conditions, the second part lists
    them in CAM's own form, which can be pasted into a policy. Denials that miss the same conditions share one object.
    """
    text = denial_text(request.action, request.resource.text if names_resource(plan, request.action) else "*")
    if plan is None or decision.reason is not _NO_MATCHING_ALLOW:
        return text, b""
    missed = plan.missed(request.resource)
    if not missed:
        return text, b""
    return text, plan.hints(missed) or plan.keep_hints(missed, _hints(missed))


def names_resource(plan: ActionPlan | None, action: Action) -> bool:
    """Whether denials name the requested resource instead of `*`. `plan` is as in denial_parts."""
    return not (is_operation_level(action) if plan is None else plan.is_operation_level)


def denial_text(action: Action, resource: str) -> str:
    """The message of a denial without the conditions."""
    return denial_start(action) + resource + DENIAL_END


def denial_start(action: Action) -> str:
    """The part of every denial that precedes the resource."""
    return f"you are not authorized to perform operation ({action.service}:{action.name})\nresource ("


def _hints(rules: Iterable[Rule]) -> bytes:
    """Each condition once, up to HINT_BYTES, and the number of those left out."""
    every = dict.fromkeys(_hint(rule, condition) for rule in rules for condition in rule.conditions)
    kept: list[bytes] = []
    room = HINT_BYTES
    for hint in every:
        if len(hint) < room:
            kept.append(hint)
            room -= len(hint) + 1
    more = len(every) - len(kept)
    return b" with or without condition:[" + b",".join(kept) + (b"] and %d more" % more if more else b"]")


def _hint(rule: Rule, condition: BoundCondition) -> bytes:
    hint = {
        "condition": {
            "key": condition.key,
            "value": [str(value) for value in condition.source.values],
            "ope": str(condition.operator),
        },
        "effect": rule.effect.value,
    }
    return json.dumps(hint, ensure_ascii=False, separators=(",", ":")).encode()
