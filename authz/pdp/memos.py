"""Memos of questions that differ only in the tail of their resource: everything before it is resolved once."""

from collections import OrderedDict
from weakref import ref

from authz.engine.decision import Decision
from authz.engine.denial import DENIAL_END, denial_start, names_resource
from authz.engine.facts import NO_FACTS
from authz.engine.shortcut import Shortcut, shortcut
from authz.engine.snapshot import Lease, Snapshot
from authz.language.resource import parse_resource_head
from authz.pdp.cache import Entry
from authz.wire.answers import write_answer
from authz.wire.plain import Place, read_caller, read_resource_head

MEMO_BYTES = 12 * 1024 * 1024
"""Default bytes that all memos may hold: they are made from the questions of callers."""
_MEMO, _ANSWER = 700, 450  # bytes of a memo, and of each answer that it keeps, without the texts of denials
_ANSWERS = 4  # kept in one memo: usually of a statement that allows, of one that denies, and of none
_END = DENIAL_END.encode()


class PrefixMemo:
    """Answers questions without context that differ only in the tail of their resource, with which they end.

    All of them are `size` bytes long. A memo is valid for the version of the account that `lease` stands for. It does
    not keep the engine's shortcut alive, so that a replaced account is freed at once; None is kept where there is no
    shortcut, since the context counts. `denial` is the text of denials, up to the tail if they name it.
    """

    __slots__ = ("_denial", "_known", "_names_tail", "_shortcut", "is_context_free", "lease", "size", "weight")

    def __init__(self, lease: Lease, short: Shortcut | None, size: int, denial: bytes, *, names_tail: bool) -> None:
        self.lease = lease
        self.size = size
        self.is_context_free = short is not None
        self._shortcut = None if short is None else ref(short)
        self._denial = denial
        self._names_tail = names_tail
        self._known: dict[int, Entry | bytes] = {}  # by the id of a decision, which what decides keeps alive
        self.weight = _MEMO + len(denial) + _ANSWERS * (_ANSWER + len(denial))

    @property
    def is_live(self) -> bool:
        """Whether it is valid: its account is in force, and the shortcut still there."""
        return self.lease.live and (self._shortcut is None or self._shortcut() is not None)

    def answer(self, tail: bytes) -> Entry | None:
        """The answer about a resource, shared by all resources that the same statement allows.

        None if the tail is not enough to answer; then the whole question must be read.
        """
        short = None if self._shortcut is None else self._shortcut()
        try:
            text = tail.decode()
        except UnicodeDecodeError:
            return None
        if short is None or text.strip() != text:
            return None
        decision = short.decide(text, NO_FACTS)
        known = self._known.get(id(decision)) or self._learn(decision, tail)
        if isinstance(known, Entry):
            return known
        return Entry(known + tail + _END, self.lease, None, decision.reason, True)

    def _learn(self, decision: Decision, tail: bytes) -> Entry | bytes:
        """The answer, or its part before the tail: always the same, since all tails have one length."""
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


class PrefixMemos:
    """The memos by the prefix of their questions, within `most` bytes: the oldest make room for new ones.

    `held` is an upper estimate of their bytes.
    """

    def __init__(self, most: int = MEMO_BYTES) -> None:
        self._known: OrderedDict[bytes, PrefixMemo] = OrderedDict()
        self._most = most
        self.held = 0

    def answer(self, question: bytes) -> Entry | None:
        """The answer to a question without context, if there is a valid memo of its prefix.

        No parsing is needed: the bytes up to the last colon are those of the memo's questions, the length of the
        resource among them, and the whole has the same length.
        """
        tail = question.rfind(b":") + 1
        memo = self._known.get(question[:tail])
        if memo is None or memo.size != len(question) or not memo.lease.live:
            return None
        return memo.answer(question[tail:])

    def decide(self, question: bytes, place: Place, snapshot: Snapshot) -> Entry | None:
        """The answer to a question that ends with its resource, at `place`; None if its tail is not enough."""
        memo = self.find(question, place, snapshot)
        _, tail, _ = place
        return None if memo is None else memo.answer(question[tail:])

    def is_context_free(self, question: bytes, place: Place, snapshot: Snapshot) -> bool:
        """Whether no statement reads the context of a question, by its memo."""
        memo = self.find(question, place, snapshot)
        return memo is not None and memo.is_context_free

    def find(self, question: bytes, place: Place, snapshot: Snapshot) -> PrefixMemo | None:
        """The memo of a question, made if there is none yet; None if the question does not have the usual form."""
        _, tail, _ = place
        memo = self._known.get(question[:tail])
        if memo is None or not memo.is_live:
            memo = _memo(question, place, snapshot)
            if memo is not None:
                self._keep(question[:tail], memo)
        return memo

    def _keep(self, key: bytes, memo: PrefixMemo) -> None:
        before = self._known.get(key)
        if before is not None:
            self.held -= before.weight
        memo.weight += len(key)
        self._known[key] = memo
        self.held += memo.weight
        while self.held > self._most:
            _, oldest = self._known.popitem(last=False)
            self.held -= oldest.weight


def _memo(question: bytes, place: Place, snapshot: Snapshot) -> PrefixMemo | None:
    """A new memo; None for a question that is malformed or names an unknown account."""
    start, _, size = place
    caller, head = read_caller(question[:start]), read_resource_head(question, place)
    if caller is None or head is None:
        return None
    principal, action = caller
    state, some = snapshot.states.find(principal.account), parse_resource_head(head)
    if state is None or some is None:
        return None
    plan = snapshot.resolve(principal, action)
    names_tail = names_resource(plan, action)
    denial = denial_start(action) + (head if names_tail else "*")
    return PrefixMemo(state.lease, shortcut(plan, some), size, denial.encode(), names_tail=names_tail)
