"""What repeats in questions, a principal and an action, settled once for all resources that they are asked about."""

from collections import OrderedDict
from weakref import ref

from authz.cache import Entry
from authz.engine.decision import CROSS_ACCOUNT, Decision
from authz.engine.denial import denial_text
from authz.engine.evaluate import plain_plan
from authz.engine.facts import NO_FACTS
from authz.engine.plan import ActionPlan
from authz.engine.snapshot import AccountState, Snapshot
from authz.language.action import Action
from authz.language.report import Refusal
from authz.language.resource import parse_resource
from authz.wire.answers import write_answer
from authz.wire.plain import read_caller

_LIMIT = 16_384  # cases; callers write the questions, so the memo must not grow for ever


class Case:
    """Answers about one action of one principal, on the version of its account that `lease` stands for.

    It is open if it has a plan, and answers nothing without. It does not keep the plan alive: what a replaced account
    held is freed at once.
    """

    __slots__ = ("_action", "_allowed", "_owner", "_plan", "is_open", "lease")

    def __init__(self, state: AccountState, plan: ActionPlan | None, action: Action) -> None:
        self.lease = state.lease
        self.is_open = plan is not None
        self._owner = state.owner
        self._plan = None if plan is None else ref(plan)
        self._action = action
        self._allowed: dict[int, Entry] = {}  # by the id of a decision, which the plan keeps alive

    def answer(self, text: str) -> Entry | None:
        """The answer about a resource; all that one statement allows share theirs. None where more must be known."""
        plan = None if self._plan is None else self._plan()
        if plan is None:
            return None
        try:
            resource = parse_resource(text)
        except Refusal:
            return None  # whoever reads the whole question words the error
        is_own = self._owner.owns(resource.account)
        decision = plan.decide(resource, NO_FACTS) if is_own else CROSS_ACCOUNT
        if decision.allowed:
            return self._allowed.get(id(decision)) or self._allow(decision)
        message = denial_text(self._action, "*" if plan.is_operation_level else text)
        return Entry(write_answer(decision, message), self.lease, None, decision.reason)

    def _allow(self, decision: Decision) -> Entry:
        entry = self._allowed[id(decision)] = Entry(write_answer(decision, ""), self.lease, None, decision.reason)
        return entry


class Cases:
    """The cases that were met, as long as their accounts stand; the oldest makes room."""

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, Case] = OrderedDict()

    def find(self, head: bytes, snapshot: Snapshot) -> Case | None:
        """The case of a question that begins so, on a snapshot in force; None where there is none."""
        case = self._known.get(head)
        return case if case is not None and case.lease.live else self._settle(head, snapshot)

    def _settle(self, head: bytes, snapshot: Snapshot) -> Case | None:
        caller = read_caller(head)
        state = None if caller is None else snapshot.states.get(caller[0].account)
        if caller is None or state is None:
            return None
        case = self._known[head] = Case(state, plain_plan(state, *caller), caller[1])
        if len(self._known) > _LIMIT:
            self._known.popitem(last=False)
        return case
