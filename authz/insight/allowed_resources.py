"""Which resources: the patterns that bound what a principal may do an action on, for list APIs (cam-language 6)."""

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
    """How list APIs are treated.

    STRICT says what `Check` would say for each resource. CAM_COMPAT does as CAM's own list APIs do: denies are not
    looked at, and a grant under an inexact operator does not count (598/73561).
    """

    STRICT = "strict"
    CAM_COMPAT = "cam_compat"


@dataclass(frozen=True, slots=True)
class ListQuestion:
    """What is asked of a listing; `time` in seconds since the epoch."""

    principal: Principal
    action: Action
    context: Context
    time: float
    mode: ListMode = ListMode.STRICT


@dataclass(frozen=True, slots=True)
class AllowedResources:
    """Patterns of resources of the principal's own root account; a bare `*` means all of them.

    What matches no `allow`, or a `deny`, is not allowed. What matches an `allow` and no `deny` is allowed, unless
    `needs_check`: then the single resources must be checked. `remarks` are sentences on what is doubtful about the
    question itself.
    """

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    needs_check: bool = False
    remarks: tuple[str, ...] = ()


NOTHING = AllowedResources()
EVERYTHING = AllowedResources(allow=("*",))


def allowed_resources(snapshot: Snapshot, question: ListQuestion) -> AllowedResources:
    """The bounds of what `question.principal` may do `question.action` on."""
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
        return replace(found, needs_check=True)  # each role's trust policy has its say
    return found


@dataclass(slots=True)
class _Part:
    """The scopes of one side; `is_certain` as long as every one of them applies to all that it covers."""

    scopes: list[Scope] = field(default_factory=list)
    is_certain: bool = True


class _Listing:
    """One listing under way."""

    def __init__(self, state: AccountState, question: ListQuestion) -> None:
        self._question = question
        self._plan: PrincipalPlan = state.plan(question.principal)
        self._facts = Facts(question.context, self._plan.identity, question.time)
        self._account = state.account.uin
        self._is_compat = question.mode is ListMode.CAM_COMPAT
        self._knows_tags = _tells_all_tags(question.context)

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
        """CAM is asked about `*`, which only a bare `*` covers, on both sides."""
        if not any(scope.is_any for scope in allows.scopes) or any(scope.is_any for scope in denies.scopes):
            return NOTHING
        return AllowedResources(("*",), (), needs_check=not (allows.is_certain and denies.is_certain))

    def _upper(self, rules: Iterable[Rule]) -> _Part:
        """All that some allow may cover."""
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
        """All that some deny covers for certain."""
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
        """Whether it reads tags of the resource that the request did not bring."""
        return any(self._is_unknown(condition.key) for condition in rule.conditions)

    def _is_unknown(self, key: str) -> bool:
        """Whether single resources may say of it what the request does not."""
        if key_family(key) != RESOURCE_TAG:
            return False
        return not (self._knows_tags and self._facts.values(key))

    def _may_apply(self, rule: Rule) -> bool:
        """Whether the conditions that can be told leave it open; compat grants need exact operators all the same."""
        if self._is_compat and _is_inexact(rule):
            return False
        known = [condition for condition in rule.conditions if not self._is_unknown(condition.key)]
        verdicts = [condition.holds(self._facts) for condition in known]
        if rule.effect is Effect.ALLOW:
            return all(verdict is True for verdict in verdicts)
        return all(verdict is not False for verdict in verdicts)

    def _texts(self, scopes: Sequence[Scope]) -> tuple[str, ...]:
        """Each pattern once, without those that another one covers."""
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


def _tells_all_tags(context: Context) -> bool:
    """Whether it gives all tags of all resources, as the bare key does; `…/<tag key>` gives one, and others add to it.

    A statement on the bare key reads every tag, and one on a tag key reads the bare key too.
    """
    given = ((tag_key(key), values) for key, values in context.items())
    return any(tag is not None and tag == (RESOURCE_TAG, "") and values for tag, values in given)


def _own(rule: Rule) -> list[Scope]:
    parts = (scope.own_part for scope in rule.scopes)
    return [part for part in parts if part is not None]


def _is_inexact(rule: Rule) -> bool:
    return any(condition.operator.name not in _EXACT for condition in rule.conditions)


def _intersection(left: _Part, right: _Part) -> _Part:
    """What both cover; where no patterns tell that, the left one with a check of the single resources."""
    part = _Part(is_certain=left.is_certain and right.is_certain)
    for scope in left.scopes:
        for other in right.scopes:
            shared = scope.intersection(other)
            part.is_certain = part.is_certain and shared is not None
            part.scopes += (scope,) if shared is None else shared
    return part
