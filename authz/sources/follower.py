"""Follows a source: settles, loads what changed off the path, publishes it as a whole, keeps the last good version."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from authz.accounts.model import Account
from authz.engine.live import Engine
from authz.engine.revision import next_revision
from authz.engine.snapshot import AccountState
from authz.errors import InvalidAccountError, Problem, SourceError
from authz.sources.candidate import Candidate, problem_lines
from authz.sources.files import ROOT
from authz.sources.retirement import Retirement
from authz.sources.source import Hint, Look, Source
from authz.telemetry.events import get_logger

SETTLE_SECONDS = 0.03
"""Between two looks that must agree before anything is read."""
ALARM_SECONDS = 1.0
"""How long a fault must stay as it is before it is reported: files that arrive in several steps raise no alarm."""
WRITER_SECONDS = 10.0
"""How long a file that stays open for writing is waited for."""
POLL_SECONDS = 1.0
POLL_SHARE = 50
"""Looks take at most one part in this many of the time, however large the source is."""

log = get_logger("authz.sources")
Progress = Callable[[int, int], None]
Stamps = dict[str, Hashable]
WHOLE_SOURCE = "*"
"""The key of a fault that is not one account's."""


@dataclass(slots=True)
class Fault:
    """A version that is refused, while the one before it stays in force."""

    problems: tuple[Problem, ...]
    since: float
    is_reported: bool = False


@dataclass(slots=True)
class SourceStatus:
    """What telemetry tells about the source."""

    faults: dict[str, Fault] = field(default_factory=dict)
    reloads: int = 0
    refusals: int = 0
    published_at: float = 0.0
    looked_at: float = 0.0

    @property
    def reported_faults(self) -> dict[str, Fault]:
        """The faults that lasted long enough to be told."""
        return {key: fault for key, fault in self.faults.items() if fault.is_reported}


class Follower:
    """Keeps an engine at the newest good version of every account of a source.

    Runs on one event loop at a time; only looking and loading happen on other threads.
    """

    def __init__(self, source: Source, engine: Engine) -> None:
        self.status = SourceStatus()
        self._source = source
        self._engine = engine
        self._taken: Stamps = {}  # of the versions last tried, good or not
        self._waiting: dict[str, Account] = {}  # good, but for a uin that another account has
        self._in_force: dict[str, str] = {}  # key -> uin
        self._look_seconds = 0.0
        self._refreshing = asyncio.Lock()
        self._retirement = Retirement()

    async def load(self, progress: Progress, *, allow_broken: bool) -> tuple[Problem, ...]:
        """Read everything for the first time and put it into force, unless problems are returned.

        With `allow_broken` the good accounts come into force even then. `progress` is called with done and total.

        Raises:
            SourceError: if the source cannot be read, or holds no account.
        """
        look = await self._settled(await self._look(), None)
        present = look.present(self._in_force)
        if not present:
            raise SourceError(f"no account found: expected {self._source.missing('')}")
        candidate = await self._load(list(present), present, progress)
        problems = tuple(problem for found in candidate.refused.values() for problem in found)
        if not problems or allow_broken:
            self._publish(candidate, present)
            self._report(now=time.monotonic() + ALARM_SECONDS)
            self._source.slow_down()
        return problems

    async def follow(self, wait: Callable[[float], Awaitable[Hint]]) -> None:
        """Refresh for ever. `wait` returns a hint of what may have changed, or none after the seconds it is given.

        Only what the hints name is looked at, but now and then everything is, whatever the hints say; since that takes
        its time where there is much, hints are heeded meanwhile.
        """
        self._refreshing = asyncio.Lock()  # of this loop: following may go on upon another one
        wanted = asyncio.Event()
        wanted.set()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._heed(wait, wanted))
            tasks.create_task(self._patrol(wanted))

    async def _heed(self, wait: Callable[[float], Awaitable[Hint]], wanted: asyncio.Event) -> None:
        """Look where hints say; a look at everything is `wanted` where they do not, or where that is not enough."""
        while True:
            hint = await wait(self._alarm_pause())
            if hint is None:
                wanted.set()
            elif hint:
                await self._guarded(self._refresh_hinted(hint, wanted))
            self._report(now=time.monotonic())

    async def _refresh_hinted(self, hint: frozenset[str], wanted: asyncio.Event) -> None:
        async with self._refreshing:
            if not await self._refresh_some(hint):
                wanted.set()

    async def _patrol(self, wanted: asyncio.Event) -> None:
        """Look at everything whenever that is `wanted`, and now and then."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pause()):
                    await wanted.wait()
            wanted.clear()
            await self._guarded(self._refresh_beside())

    async def _refresh_beside(self) -> None:
        """Refresh what a look finds changed, during which others may refresh."""
        look = await self._look()
        async with self._refreshing:
            keys = await asyncio.to_thread(look.differing, self._taken, self._in_force)
            if not await self._refresh_some(keys):
                await self._take(look)
            elif self._taken:
                self._mend(WHOLE_SOURCE)

    async def _guarded(self, work: Awaitable[None]) -> None:
        """Whatever happens, the last good version stays and following goes on."""
        try:
            await work
        except SourceError as error:
            self._note_whole(error.code, str(error))
        except Exception:
            log.exception("reload failed; what is in force stays in force")

    async def _refresh_some(self, keys: frozenset[str]) -> bool:
        """Bring these accounts into force as they are, or take them away, without a look at the others.

        False where that is not all there is to it: accounts that lost their main file, change their uin or wait for
        one, or nothing but accounts that go.
        """
        if not keys:
            return True
        if WHOLE_SOURCE in self.status.faults or self._waiting or self._turns_whole(keys):
            return False
        look = await self._settled(await self._look_at(keys), keys)
        if not all(key in look.accounts or key in look.bare or key in self._taken for key in keys):
            return False  # who knows what that was
        while any(self._taken.get(key) != look.accounts.get(key) for key in keys):
            gone = keys - look.accounts.keys()
            if not gone.isdisjoint(look.bare) or (gone and not await self._is_other_there(keys)):
                return False
            changed = [key for key, stamp in look.accounts.items() if self._taken.get(key) != stamp]
            candidate = await self._read(changed, _no_progress)
            if self._claims_uins(candidate):
                return False
            again = await self._look_at(keys)
            if again == look:
                self._publish_some(candidate, look.accounts, gone)
            look = again
        return True

    async def _is_other_there(self, keys: frozenset[str]) -> bool:
        """Whether an account that is not one of these is where it was: the whole source has not gone."""
        other = next((key for key in self._in_force if key not in keys), None)
        return other is not None and bool((await self._look_at([other])).accounts)

    def _turns_whole(self, keys: frozenset[str]) -> bool:
        """Whether the directory was one account and will be a folder of them, or the other way round."""
        is_whole = ROOT in self._in_force
        return (is_whole or ROOT in keys) and not (is_whole and keys == {ROOT})

    def _claims_uins(self, candidate: Candidate) -> bool:
        """Whether an account that is there has another uin now, or one that is new has the uin of another."""
        claims = {key: each.uin for key, each in candidate.good.items() if self._in_force.get(key) != each.uin}
        claimed = set(claims.values())
        has_moved = not claims.keys().isdisjoint(self._in_force)
        states = self._states()
        return has_moved or len(claimed) < len(claims) or any(uin in states for uin in claimed)

    async def refresh(self) -> None:
        """Bring what changed into force, or note why not.

        Raises:
            SourceError: if the source cannot be read.
        """
        await self._take(await self._look())

    async def _take(self, look: Look) -> None:
        """Bring everything into force as it stands still, which this look saw or a later one does."""
        while look.present(self._in_force) != self._taken:
            look = await self._settled(look, None)
            present = look.present(self._in_force)
            if not present:
                # No account at all is a mistake, not an order.
                self._note_whole("MissingFile", "no account is left")
                self._taken = {}
                return
            changed = [key for key, stamp in present.items() if self._taken.get(key) != stamp]
            candidate = await self._load(changed, present, _no_progress)
            again = await self._look()
            if again == look:
                self._publish(candidate, present)
            look = again
        if self._taken:
            self._mend(WHOLE_SOURCE)

    async def _look(self) -> Look:
        start = time.perf_counter()
        look = await asyncio.to_thread(self._source.look)
        self._look_seconds = time.perf_counter() - start
        self.status.looked_at = time.time()
        return look

    async def _look_at(self, keys: Collection[str]) -> Look:
        return await asyncio.to_thread(self._source.look_at, keys)

    async def _settled(self, look: Look, keys: Collection[str] | None) -> Look:
        """The first look (at `keys` alone, if given) that is like the one before it, with no writer at work."""
        patience = time.monotonic() + WRITER_SECONDS
        while True:
            await asyncio.sleep(SETTLE_SECONDS)
            again = await (self._look() if keys is None else self._look_at(keys))
            if again == look:
                changed = [key for key, stamp in look.present(self._in_force).items() if self._taken.get(key) != stamp]
                settled = await asyncio.to_thread(self._source.is_settled, changed)
                if settled or time.monotonic() > patience:
                    return look
            look = again

    async def _load(self, keys: Collection[str], present: Stamps, progress: Progress) -> Candidate:
        candidate = await self._read(keys, progress)
        waiting = {key: each for key, each in self._waiting.items() if key in present and key not in keys}
        candidate.good = waiting | candidate.good
        staying = {key: uin for key, uin in self._in_force.items() if key in present}
        candidate.refuse_shared_uins(staying, {key: self._source.missing(key) for key in present})
        return candidate

    async def _read(self, keys: Collection[str], progress: Progress) -> Candidate:
        candidate = Candidate()
        for done, key in enumerate(keys):
            progress(done, len(keys))
            try:
                candidate.good[key] = await asyncio.to_thread(self._source.load, key)
            except InvalidAccountError as error:
                candidate.refused[key] = error.problems
        progress(len(keys), len(keys))
        return candidate

    def _publish_some(self, candidate: Candidate, stamps: Mapping[str, Hashable], gone: Collection[str]) -> None:
        """Put accounts into force, of which those that were there have the uins that they had; take those gone away."""
        self._taken.update(stamps)
        self._in_force.update((key, account.uin) for key, account in candidate.good.items())
        self._note(candidate.refused)
        for key in (*candidate.good, *gone):
            self._mend(key)
        for key in gone:
            self._taken.pop(key, None)
        removed = {self._in_force.pop(key) for key in gone if key in self._in_force}
        if candidate.good or removed:
            self._put_into_force(candidate, removed)

    def _publish(self, candidate: Candidate, present: Stamps) -> None:
        """Put the good versions into force, all at once, and take away what is gone."""
        self._taken = present
        self._waiting = candidate.waiting
        self._note(candidate.refused)
        for key in [key for key in self.status.faults if key in candidate.good or key not in present]:
            self._mend(key)
        uins = {key: uin for key, uin in self._in_force.items() if key in present}
        uins.update((key, account.uin) for key, account in candidate.good.items())
        removed = set(self._states()).difference(uins.values())  # also what another follower put there
        self._in_force = uins
        if not (candidate.good or removed) and self._engine.is_ready:
            return
        self._put_into_force(candidate, removed)

    def _states(self) -> Mapping[str, AccountState]:
        """What the engine has in force, by uin."""
        return self._engine.live.states if self._engine.is_ready else {}

    def _put_into_force(self, candidate: Candidate, removed: Collection[str]) -> None:
        before = self._engine.live.revision if self._engine.is_ready else 0
        revision = next_revision(before, time.time())
        states = self._states()
        replaced = [states[uin] for uin in (*removed, *(each.uin for each in candidate.good.values())) if uin in states]
        parts = [part for state in replaced for part in state.parts()]
        del states, replaced
        self._engine.publish({account.uin: account for account in candidate.good.values()}, removed, revision)
        self._retirement.add(parts)
        self.status.reloads += 1
        self.status.published_at = time.time()
        counts = {"changed": len(candidate.good), "removed": len(removed), "accounts": len(self._in_force)}
        log.info("revision in force", revision=str(revision), **counts)

    def _note_whole(self, code: str, message: str) -> None:
        problem = Problem(code, f"{message}; what is in force stays in force", file=self._source.missing(""), line=1)
        self._note({WHOLE_SOURCE: (problem,)})

    def _note(self, refused: Mapping[str, tuple[Problem, ...]]) -> None:
        for key, problems in refused.items():
            known = self.status.faults.get(key)
            if known is None or known.problems != problems:
                self.status.faults[key] = Fault(problems, time.monotonic())

    def _mend(self, key: str) -> None:
        fault = self.status.faults.pop(key, None)
        if fault is not None and fault.is_reported:
            log.info("fault mended", account=key or ".")

    def _report(self, now: float) -> None:
        for key, fault in self.status.faults.items():
            if not fault.is_reported and now - fault.since >= ALARM_SECONDS:
                fault.is_reported = True
                self.status.refusals += 1
                kept = self._consequence(key)
                problems = problem_lines(fault.problems)
                log.error("account refused", account=key or ".", consequence=kept, problems=problems)

    def _consequence(self, key: str) -> str:
        """What a fault means for those who ask; that of the whole source takes nothing away."""
        if key == WHOLE_SOURCE:
            return "what is in force stays in force" if self._in_force else "nothing is served"
        return "its last good version stays in force" if key in self._in_force else "it is not served"

    def _pause(self) -> float:
        """Seconds from one look at everything to the next."""
        return max(self._alarm_pause(), self._look_seconds * POLL_SHARE)

    def _alarm_pause(self) -> float:
        """Seconds until somebody should see whether a fault has lasted long enough to be told."""
        waiting = any(not fault.is_reported for fault in self.status.faults.values())
        return POLL_SECONDS / 2 if waiting else POLL_SECONDS


def _no_progress(_done: int, _total: int) -> None:
    """Say nothing: a reload is no long work that somebody waits for."""
