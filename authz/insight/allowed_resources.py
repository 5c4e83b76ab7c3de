"""Lists the resources on which a principal may perform an action, as patterns for list APIs (cam-language 6)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from authz.context import RESOURCE_TAG, key_family, tag_key
from authz.engine.facts import Facts
from authz.engine.plan import PrincipalPlan, is_assumption, is_operation_level
from authz.engine.request import Context
from authz.engine.rules import Rule
from authz.engine.scope import Scope
from authz.engine.snapshot import AccountState, Snapshot
from authz.insight.remarks import principal_remark, question_remarks
from authz.language.action import Action
from authz.language.document import Effect
from authz.language.principal import Principal, PrincipalKind

_EXACT = frozenset({"string_equal", "string_equal_ignore_case", "ip_equal", "ip_not_equal"})


class ListMode(Enum):
    """How allowed resources are computed.

    STRICT agrees with `Check` for each resource. CAM_COMPAT follows CAM's list APIs: denies are ignored, and so are
    grants with an inexact operator (598/73561).
    """

    STRICT = "strict"
    CAM_COMPAT = "cam_compat"


@dataclass(frozen=True, slots=True)
class ListQuestion:
    """The request for a list of allowed resources; `time` in seconds since the epoch."""

    principal: Principal
    action: Action
    context: Context
    time: float
    mode: ListMode = ListMode.STRICT


@dataclass(frozen=True, slots=True)
class AllowedResources:
    """Patterns of resources of the principal's own root account; a bare `*` means all of them.

    A resource that matches no `allow`, or a `deny`, is not allowed. A resource that matches an `allow` and no `deny` is
    allowed, unless `needs_check` is true: then each resource must be checked. `remarks` are sentences about doubtful
    parts of the request.
    """

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    needs_check: bool = False
    remarks: tuple[str, ...] = ()


NOTHING = AllowedResources()
EVERYTHING = AllowedResources(allow=("*",))


def allowed_resources(snapshot: Snapshot, question: ListQuestion) -> AllowedResources:
    """The resources on which `question.principal` may perform `question.action`."""
    who = principal_remark(snapshot, question.principal)
    doubts = (*((who,) if who else ()), *question_remarks(question.action))
    found = _bounds(snapshot, question)
    return replace(found, remarks=doubts) if doubts else found


def _bounds(snapshot: Snapshot, question: ListQuestion) -> AllowedResources:
    state = snapshot.states.find(question.principal.account)
    if state is None or not state.knows(question.principal):
        return NOTHING
    found = EVERYTHING if question.principal.kind is PrincipalKind.ROOT else _Listing(state, question).bounds()
    if found.allow and is_assumption(question.action):
        return replace(found, needs_check=True)  # the trust policy of each role decides as well
    return found


@dataclass(slots=True)
class _Part:
    """The scopes of one effect; `is_certain` if each scope applies to every resource that it covers."""

    scopes: list[Scope] = field(default_factory=list)
    is_certain: bool = True


class _Listing:
    """The computation of one list."""

    def __init__(self, state: AccountState, question: ListQuestion) -> None:
        self._question = question
        self._plan: PrincipalPlan = state.plan(question.principal)
        self._facts = Facts(question.context, self._plan.identity, question.time)
        self._account = state.account.uin
        self._is_compat = question.mode is ListMode.CAM_COMPAT
        self._knows_tags = _has_all_tags(question.context)

    def bounds(self) -> AllowedResources:
        boundary = self._plan.boundary
        allows = self._upper(self._plan.rules)
        if boundary is not None:
            allows = _intersection(allows, self._upper(boundary))
        denies = _Part() if self._is_compat else self._lower((*self._plan.rules, *(boundary or ())))
        if is_operation_level(self._question.action):
            return self._bare(allows, denies)
        left = [scope for scope in allows.scopes if not any(deny.covers(scope) for deny in denies.scopes)]
        if not left:
            return NOTHING
        return AllowedResources(
            allow=self._texts(left),
            deny=self._texts(denies.scopes),
            needs_check=not (allows.is_certain and denies.is_certain),
        )

    def _bare(self, allows: _Part, denies: _Part) -> AllowedResources:
        """The result for an operation-level API, which only a bare `*` covers, in allows and in denies."""
        if not any(scope.is_any for scope in allows.scopes) or any(scope.is_any for scope in denies.scopes):
            return NOTHING
        return AllowedResources(("*",), (), needs_check=not (allows.is_certain and denies.is_certain))

    def _upper(self, rules: Iterable[Rule]) -> _Part:
        """The scopes that an allow may cover."""
        part = _Part()
        for rule in self._covering(rules, Effect.ALLOW):
            if self._is_per_resource(rule):
                if self._may_apply(rule):
                    part.is_certain = False
                    part.scopes += _own(rule)
            elif rule.applies(self._facts) and not (self._is_compat and _is_inexact(rule)):
                part.scopes += _own(rule)
        return part

    def _lower(self, rules: Iterable[Rule]) -> _Part:
        """The scopes that a deny certainly covers."""
        part = _Part()
        for rule in self._covering(rules, Effect.DENY):
            if self._is_per_resource(rule):
                part.is_certain = part.is_certain and not self._may_apply(rule)
            elif rule.applies(self._facts):
                part.scopes += _own(rule)
        return part

    def _covering(self, rules: Iterable[Rule], effect: Effect) -> list[Rule]:
        return [rule for rule in rules if rule.effect is effect and rule.covers_action(self._question.action)]

    def _is_per_resource(self, rule: Rule) -> bool:
        """Whether the rule reads tags of the resource that the request does not contain."""
        return any(self._is_unknown(condition.key) for condition in rule.conditions)

    def _is_unknown(self, key: str) -> bool:
        """Whether single resources may have values of the key that the request does not contain."""
        if key_family(key) != RESOURCE_TAG:
            return False
        return not (self._knows_tags and self._facts.values(key))

    def _may_apply(self, rule: Rule) -> bool:
        """Whether known values let the rule apply; CAM_COMPAT also requires exact operators."""
        if self._is_compat and _is_inexact(rule):
            return False
        known = [condition for condition in rule.conditions if not self._is_unknown(condition.key)]
        verdicts = [condition.holds(self._facts) for condition in known]
        if rule.effect is Effect.ALLOW:
            return all(verdict is True for verdict in verdicts)
        return all(verdict is not False for verdict in verdicts)

    def _texts(self, scopes: Sequence[Scope]) -> tuple[str, ...]:
        """The patterns without duplicates and without those that another pattern covers."""
        kept: list[Scope] = []
        for scope in dict.fromkeys(scopes):
            if not any(other.covers(scope) for other in kept):
                kept = [other for other in kept if not scope.covers(other)] + [scope]
        return tuple(self._text(scope) for scope in kept)

    def _text(self, scope: Scope) -> str:
        if scope.is_any:
            return "*"
        service = "" if scope.service.is_any else str(scope.service)
        region = "" if scope.region.is_any else str(scope.region)
        return f"qcs::{service}:{region}:uin/{self._account}:{scope.tail}"


def _has_all_tags(context: Context) -> bool:
    """Whether the context contains all tags of all resources, as the bare key does.

    `…/<tag key>` contains one tag, and a resource may have others. A statement on the bare key reads every tag, and one
    on a tag key also reads the bare key.
    """
    given = ((tag_key(key), values) for key, values in context.items())
    return any(tag is not None and tag == (RESOURCE_TAG, "") and values for tag, values in given)


def _own(rule: Rule) -> list[Scope]:
    parts = (scope.own_part for scope in rule.scopes)
    return [part for part in parts if part is not None]


def _is_inexact(rule: Rule) -> bool:
    return any(condition.operator.name not in _EXACT for condition in rule.conditions)


def _intersection(left: _Part, right: _Part) -> _Part:
    """The scopes that both cover; where these are not computed, the left ones, with a check of each resource."""
    part = _Part(is_certain=left.is_certain and right.is_certain)
    for scope in left.scopes:
        for other in right.scopes:
            shared = scope.intersection(other)
            part.is_certain = part.is_certain and shared is not None
            part.scopes += (scope,) if shared is None else shared
    return part
