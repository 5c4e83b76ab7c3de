"""What repeats in questions, settled once: all but the tail of the resource that they ask about."""

from collections import OrderedDict
from weakref import ref

from authz.engine.decision import Decision
from authz.engine.denial import DENIAL_END, denial_start, names_resource
from authz.engine.facts import NO_FACTS
from authz.engine.shortcut import Shortcut, shortcut
from authz.engine.snapshot import AccountState, Lease, Snapshot
from authz.language.action import Action
from authz.language.principal import Principal
from authz.language.resource import parse_resource_head
from authz.pdp.cache import Entry
from authz.wire.answers import write_answer
from authz.wire.plain import Place, read_caller, read_resource_head

LANE_BYTES = 12 * 1024 * 1024
"""What all lanes may hold, unless they are told otherwise: callers write the questions that make them."""
_LANE, _ANSWER = 700, 450  # bytes of a lane, and of each answer that it knows, beside what denials say
_ANSWERS = 4  # of one lane that are known: a statement that allows, one that denies, and none
_END = DENIAL_END.encode()


class Lane:
    """Answers one action of one principal on the resources of one place, in questions without context of one length.

    They differ only in the tail of the resource, with which they end; `size` is that length, in bytes. A lane holds on
    the version of the account that `lease` stands for. It is open if something was `placed` to decide, which it does
    not keep alive: what a replaced account held is freed at once. `denial` is what denials say, as far as the tail if
    they name it.
    """

    __slots__ = ("_denial", "_known", "_names_tail", "_placed", "is_open", "lease", "size", "weight")

    def __init__(self, lease: Lease, placed: Shortcut | None, size: int, denial: bytes, *, names_tail: bool) -> None:
        self.lease = lease
        self.size = size
        self.is_open = placed is not None
        self._placed = None if placed is None else ref(placed)
        self._denial = denial
        self._names_tail = names_tail
        self._known: dict[int, Entry | bytes] = {}  # by the id of a decision, which what decides keeps alive
        self.weight = _LANE + len(denial) + _ANSWERS * (_ANSWER + len(denial))

    @property
    def is_live(self) -> bool:
        """Whether it holds: its account stands, and so does what decides."""
        return self.lease.live and (self._placed is None or self._placed() is not None)

    def answer(self, tail: bytes) -> Entry | None:
        """The answer about a resource; all that one statement allows share theirs.

        None where more must be known; then whoever reads the whole question answers, or words the error.
        """
        placed = None if self._placed is None else self._placed()
        try:
            text = tail.decode()
        except UnicodeDecodeError:
            return None
        if placed is None or text.strip() != text:
            return None
        decision = placed.decide(text, NO_FACTS)
        known = self._known.get(id(decision)) or self._learn(decision, tail)
        if isinstance(known, Entry):
            return known
        return Entry(known + tail + _END, self.lease, None, decision.reason, True)

    def _learn(self, decision: Decision, tail: bytes) -> Entry | bytes:
        """The answer; or what stands before the tail in it: always the same, since all tails are of one length."""
        known: Entry | bytes
        if decision.allowed or not self._names_tail:
            message = b"" if decision.allowed else self._denial + _END
            known = Entry(write_answer(decision, message), self.lease, None, decision.reason, True)
        else:
            end = tail + _END
            known = write_answer(decision, self._denial + end).removesuffix(end)
        if len(self._known) >= _ANSWERS:
            self._known.clear()
        self._known[id(decision)] = known
        return known


class Lanes:
    """The lanes that were met, as long as their accounts stand; the oldest make room where all hold more than `most`.

    `held` are bytes, rather too many than too few.
    """

    def __init__(self, most: int = LANE_BYTES) -> None:
        self._known: OrderedDict[bytes, Lane] = OrderedDict()
        self._most = most
        self.held = 0

    def answer(self, question: bytes) -> Entry | None:
        """The answer to a question without context, if its lane was met and still holds.

        That is known by sight: all before the last colon is as in the lane's questions, which says how long the
        resource is, and so is the length of the whole.
        """
        tail = question.rfind(b":") + 1
        lane = self._known.get(question[:tail])
        if lane is None or lane.size != len(question) or not lane.lease.live:
            return None
        return lane.answer(question[tail:])

    def find(self, question: bytes, place: Place, snapshot: Snapshot) -> Lane | None:
        """The lane of a question whose resource is at `place`, on a snapshot in force; None where there is none."""
        lane = self._known.get(question[: place[1]])  # as far as the tail
        return lane if lane is not None and lane.is_live else self._settle(question, place, snapshot)

    def is_open(self, question: bytes, place: Place, snapshot: Snapshot) -> bool:
        """Whether a question with context has a lane, and so none of its context is read."""
        lane = self.find(question, place, snapshot)
        return lane is not None and lane.is_open

    def _settle(self, question: bytes, place: Place, snapshot: Snapshot) -> Lane | None:
        start, tail, size = place
        caller = read_caller(question[:start])
        head = read_resource_head(question, place)
        state = None if caller is None else snapshot.states.find(caller[0].account)
        if caller is None or head is None or state is None:
            return None
        lane = _lane(state, *caller, head, size)
        if lane is None:
            return None
        self._keep(question[:tail], lane)
        return lane

    def _keep(self, key: bytes, lane: Lane) -> None:
        before = self._known.get(key)
        if before is not None:
            self.held -= before.weight
        lane.weight += len(key)
        self._known[key] = lane
        self.held += lane.weight
        while self.held > self._most:
            _, oldest = self._known.popitem(last=False)
            self.held -= oldest.weight


def _lane(state: AccountState, principal: Principal, action: Action, head: str, size: int) -> Lane | None:
    some = parse_resource_head(head)
    if some is None:
        return None
    holder = state.find(principal)
    plan = None if holder is None else holder.for_action(action)
    names_tail = names_resource(plan, action)
    denial = denial_start(action) + (head if names_tail else "*")
    return Lane(state.lease, shortcut(plan, some), size, denial.encode(), names_tail=names_tail)
