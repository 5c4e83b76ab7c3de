"""The engine: holds the snapshot in force and replaces it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from authz.accounts.model import Account
from authz.engine.budget import PLAN_BYTES, PlanBudget
from authz.engine.decision import Decision
from authz.engine.evaluate import decide
from authz.engine.request import Request
from authz.engine.sharded_map import ShardedMap
from authz.engine.snapshot import AccountState, Lease, Snapshot
from authz.errors import NotReadyError


@dataclass(frozen=True, slots=True)
class Publication:
    """A published revision; `accounts` are those whose decisions may differ from the revision before."""

    revision: int
    accounts: frozenset[str]


class Engine:
    """Decides on the snapshot in force. Publishing is one assignment, so a reader sees all of a snapshot or nothing.

    Compiled plans are kept while they are used, within a limit of `plan_bytes`.
    """

    def __init__(self, plan_bytes: int = PLAN_BYTES) -> None:
        self.budget = PlanBudget(plan_bytes)
        self._live: Snapshot | None = None
        self._listeners: list[Callable[[Publication], None]] = []

    @property
    def live(self) -> Snapshot:
        """The snapshot in force.

        Raises:
            NotReadyError: before the first publication.
        """
        if self._live is None:
            raise NotReadyError("no policies are loaded yet")
        return self._live

    @property
    def is_ready(self) -> bool:
        """Whether a snapshot is in force."""
        return self._live is not None

    def decide(self, request: Request) -> Decision:
        """Decide on the snapshot in force.

        Raises:
            NotReadyError: before the first publication.
        """
        live = self.live
        return decide(live, live.resolve(request.principal, request.action), request)

    def publish(self, changed: Mapping[str, Account], removed: Collection[str], revision: int) -> Publication:
        """Put new versions of accounts into force, all at once; the others stay as they are, compiled plans included.

        So do the plans of those users and roles of a new version that are the same objects as before. `changed` is
        keyed by uin. The leases of replaced accounts end before the new snapshot is visible: a request
        that is still computing on the old one can then only cache an answer that is already dead.

        Raises:
            ValueError: if `revision` does not rise.
        """
        before = self._live
        if before is not None and revision <= before.revision:
            raise ValueError(f"revision {revision} is not above {before.revision}")
        states: ShardedMap[AccountState] = ShardedMap() if before is None else before.states
        is_known_set_changed = bool(removed) or any(uin not in states for uin in changed)
        for replaced in filter(None, map(states.find, (*removed, *changed))):
            replaced.lease.live = False
        after = {uin: AccountState(account, self.budget, states.find(uin)) for uin, account in changed.items()}
        states = states.updated(removed, after)
        unknown_accounts = Lease() if before is None or is_known_set_changed else before.unknown_accounts
        if before is not None and unknown_accounts is not before.unknown_accounts:
            before.unknown_accounts.live = False
        self._live = Snapshot(revision, states, unknown_accounts)
        publication = Publication(revision, frozenset(changed) | frozenset(removed))
        for listener in tuple(self._listeners):
            listener(publication)
        return publication

    def withdraw(self) -> None:
        """Stop deciding until the next publication, since the snapshot in force is no longer known to be current."""
        before, self._live = self._live, None
        if before is not None:
            for lease in (before.unknown_accounts, *(state.lease for state in before.states.values())):
                lease.live = False

    def subscribe(self, listener: Callable[[Publication], None]) -> Callable[[], None]:
        """Call `listener` after every publication, on the publishing thread; returns a function that ends this."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)
