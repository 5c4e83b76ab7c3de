"""Follows a source: reads what changed, publishes it, and keeps the last good version of every account."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterable, Sequence
from contextlib import suppress

from authz.engine.live import Engine
from authz.engine.revision import next_revision
from authz.errors import Problem, SourceError
from authz.sources.agenda import AT_ONCE, Agenda
from authz.sources.gradual_free import GradualFree
from authz.sources.reader_thread import STALL_SECONDS, ReaderThread, StalledError
from authz.sources.reconcile import InForce, ReloadPlan, reconcile
from authz.sources.source import ChangedKeys, ReadableSource, Unsettled, Update, WatchableSource
from authz.sources.status import ALARM_SECONDS, WHOLE_SOURCE, SourceStatus
from authz.telemetry.events import get_logger

POLL_SECONDS = 1.0
"""Between two surveys of a source that does not report changes, and of one that cannot be read."""
_SURVEY_SHARE = 1000
"""Surveys take at most one part in so many of the time, or in `_POLL_SHARE` if nothing else finds changes."""
_POLL_SHARE = 50
_LONGEST_REST = 90.0
_FIRST_PATIENCE_SECONDS = 3.0  # for versions that are not whole when everything is loaded for the first time

log = get_logger("authz.sources")
Progress = Callable[[int, int], None]


class Follower:
    """Keeps an engine at the newest good version of every account of a source.

    Runs on one event loop at a time; the source is read on two other threads: one for short reads, one for long reads
    and surveys. `clock` returns seconds that never go back.
    """

    def __init__(
        self,
        source: ReadableSource,
        engine: Engine,
        *,
        clock: Callable[[], float] = time.monotonic,
        alarm_seconds: float = ALARM_SECONDS,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self.status = SourceStatus()
        self._source = source
        self._engine = engine
        self._clock = clock
        self._alarm_seconds = alarm_seconds
        self._in_force = InForce()
        self._agenda = Agenda()
        self._survey_at = 0.0
        self._is_survey_thorough = False
        self._survey_seconds = 0.0
        self._wake = asyncio.Event()
        self._gradual_free = GradualFree()
        self._prompt_thread = ReaderThread("authz-read", self._return, stall_seconds)
        self._long_thread = ReaderThread("authz-read-long", self._return, stall_seconds)

    # The first load -------------------------------------------------------------------------------------------------

    async def load(self, progress: Progress, *, allow_broken: bool) -> tuple[Problem, ...]:
        """Read everything for the first time and put it into force, unless problems are returned.

        With `allow_broken` the good accounts come into force even then. `progress` is called with done and total.

        Raises:
            SourceError: if the source cannot be read, or holds no account.
        """
        try:
            read = await self._read_all(progress)
        except StalledError as error:
            raise SourceError(f"cannot read {error.path}: it does not answer") from None
        finally:
            self._close_threads()
        plan = reconcile(self._in_force, read, self._source.name_of)
        faults = {**read.faults, **plan.collisions}
        if not read.changed and not read.faults:
            raise SourceError(f"no account found: expected {self._source.name_of('')}")
        problems = tuple(problem for key in sorted(faults) for problem in faults[key])
        if not problems or allow_broken:
            self._publish(read, plan)
            self.status.report(self._clock(), self._in_force.uins, after=0.0)
        return problems

    async def _read_all(self, progress: Progress) -> Update:
        """Read every account; a version that is not whole yet is waited for, up to a bound."""
        keys = sorted(await self._survey_once(is_thorough=True))
        patience = self._clock() + _FIRST_PATIENCE_SECONDS
        parts: list[Update] = []
        waiting: dict[str, Unsettled] = {}
        total = len(keys)
        progress(0, total)
        while keys:
            now, keys = keys[:AT_ONCE], keys[AT_ONCE:]
            part = await self._read_alone(now)
            parts.append(part)
            waiting.update(part.unsettled)
            progress(total - len(keys) - len(waiting), total)
            if not keys and waiting and self._clock() < patience:
                await asyncio.sleep(max(each.seconds for each in waiting.values()))
                keys, waiting = sorted(waiting), {}
        for key, each in waiting.items():
            self._agenda.want_at(self._clock() + each.seconds, [key])
        parts.append(Update(faults={key: (_unsettled(each),) for key, each in waiting.items()}))
        return _joined(parts)

    async def _read_alone(self, keys: list[str]) -> Update:
        """Read accounts; if one of them hangs, the others without it."""
        try:
            return await self._long_thread.run(lambda: self._source.read(keys, is_long=True))
        except StalledError as error:
            if error.key not in keys:
                raise
            self._agenda.stall(error.key)
            self._source.forget(keys)
            rest = [key for key in keys if key != error.key]
            hanging = Update(faults={error.key: (_hanging(error),)})
            return _joined([hanging, await self._read_alone(rest)] if rest else [hanging])

    # Following ------------------------------------------------------------------------------------------------------

    async def follow(self) -> None:
        """Bring every change into force, for ever."""
        self._wake = asyncio.Event()  # of this loop: following may go on upon another one
        if not self.status.looked_at:
            await self._guarded(self._take_over, is_once=True)
        if not self._is_survey_thorough:
            self._survey_at = self._clock() + self._rest()
        try:
            async with asyncio.TaskGroup() as tasks:
                for work in (self._listen, self._read_promptly, self._read_longer):
                    tasks.create_task(self._guarded(work))
        finally:
            self._agenda.end_all()
            self._close_threads()

    async def _take_over(self) -> None:
        """Fill an engine that another follower filled before."""
        await self.load(_no_progress, allow_broken=True)

    async def _guarded(self, work: Callable[[], Awaitable[None]], *, is_once: bool = False) -> None:
        """Whatever happens, the last good version stays and following goes on."""
        while True:
            try:
                await work()
            except SourceError as error:
                self._refuse_whole(error.code, str(error))
            except Exception:
                log.exception("reload failed; what is in force stays in force")
            else:
                if is_once:
                    return
            await asyncio.sleep(POLL_SECONDS)

    async def _listen(self) -> None:
        """Receive changes, if the source reports them."""
        if not isinstance(self._source, WatchableSource):
            await asyncio.Event().wait()
            return
        changes: AsyncIterator[ChangedKeys] = self._source.changes()
        async for keys in changes:
            if keys is None:
                self.survey_soon()
            else:
                self._agenda.want(keys)
                self._wake.set()

    def survey_soon(self) -> None:
        """Survey everything at once, and thoroughly."""
        self._survey_at, self._is_survey_thorough = 0.0, True
        self._wake.set()

    async def _read_promptly(self) -> None:
        """Read queued accounts at once, and report what lasts."""
        while True:
            now = self._clock()
            self.report(now)
            if keys := self._agenda.prompt(now):
                await self._refresh(keys, is_long=False, thread=self._prompt_thread)
            else:
                await self._rest_until(self._next_prompt())

    def report(self, now: float) -> None:
        """Report what has lasted until `now`."""
        self.status.report(now, self._in_force.uins, self._alarm_seconds)

    async def _read_longer(self) -> None:
        """Read what takes long, and survey everything whenever that is due."""
        while True:
            if keys := self._agenda.many():
                await self._refresh(keys, is_long=False, thread=self._long_thread)
            elif keys := self._agenda.long():
                await self._refresh(keys, is_long=True, thread=self._long_thread)
            elif self._survey_at <= self._clock() and not self._agenda.is_stalled:
                await self._survey()
            else:
                await self._rest_until(None if self._agenda.is_stalled else self._survey_at)

    async def refresh(self) -> None:
        """Bring what changed into force, or note why not; a version that is not whole yet is not waited for.

        Raises:
            SourceError: if the source cannot be read.
        """
        if not self.status.looked_at and self._engine.is_ready:
            await self._take_over()
        self._agenda.want_many(await self._survey_once(is_thorough=True))
        while keys := self._agenda.everything():
            await self._refresh(keys, is_long=True, thread=self._long_thread)

    async def _refresh(self, keys: list[str], *, is_long: bool, thread: ReaderThread) -> None:
        """Read these accounts, and publish their new versions."""
        try:
            update = await thread.run(lambda: self._source.read(keys, is_long=is_long))
            if self._is_overtaken(update):
                self._read_anew({*keys, *update.changed, *update.removed})
                return
            self._publish(update, reconcile(self._in_force, update, self._source.name_of))
        except StalledError as error:
            self._read_anew(key for key in keys if key != error.key)
            self._stall(error)
        except SourceError as error:
            self._read_anew(keys)
            self._refuse_whole(error.code, str(error))
        except BaseException:
            self._read_anew(keys)
            raise
        else:
            for key in keys:
                if key not in update.unsettled:
                    self.status.settle(key)
            self._gradual_free.add(update.retired)
        finally:
            self._agenda.end(keys)
            self._wake.set()

    def _read_anew(self, keys: Iterable[str]) -> None:
        """Read accounts again whose versions did not come into force."""
        lost = list(keys)
        self._source.forget(lost)
        self._agenda.want_at(self._clock() + POLL_SECONDS, lost)

    async def _survey(self) -> None:
        is_thorough, self._is_survey_thorough = self._is_survey_thorough, False
        self._survey_at = self._clock() + POLL_SECONDS  # should it fail
        try:
            self._agenda.want_many(await self._survey_once(is_thorough=is_thorough))
        except StalledError as error:
            self._stall(error)
        except SourceError as error:
            self._refuse_whole(error.code, str(error))
        else:
            if not self._in_force.missing:
                self.status.mend(WHOLE_SOURCE)
            self._survey_at = self._clock() + self._rest()
        self._wake.set()

    async def _survey_once(self, *, is_thorough: bool) -> frozenset[str]:
        start = time.perf_counter()
        keys = await self._long_thread.run(lambda: self._source.survey(is_thorough=is_thorough))
        self._survey_seconds = time.perf_counter() - start
        self.status.looked_at = time.time()
        return keys

    # Publishing -----------------------------------------------------------------------------------------------------

    def _publish(self, update: Update, plan: ReloadPlan) -> None:
        """Put a plan into force, all at once, and note the faults and waits of an update."""
        now = self._clock()
        self._note(update, plan, now)
        self._in_force.apply(plan)
        states = self._engine.live.states if self._engine.is_ready else {}
        removed = plan.removed
        if self.status.reloads == 0:  # what another follower put there
            removed |= set(states).difference(self._in_force.keys)
        ended = [part for uin in removed if (state := states.get(uin)) is not None for part in state.parts()]
        del states
        if plan.changed or removed or not self._engine.is_ready or self._is_newer(update.revision):
            self._put_into_force(plan, removed, update.revision)
        self._gradual_free.add(ended)

    def _is_newer(self, revision: int | None) -> bool:
        """Whether a source's own revision is above the one in force, though no account differs."""
        return revision is not None and revision > self._engine.live.revision

    def _is_overtaken(self, update: Update) -> bool:
        """Whether what was read later, on the other thread, came into force sooner."""
        is_numbered = update.revision is not None and self._engine.is_ready
        return is_numbered and (update.revision or 0) < self._engine.live.revision

    def _note(self, update: Update, plan: ReloadPlan, now: float) -> None:
        read = (*update.changed, *update.unchanged, *update.removed)
        for key in (*read, *update.faults):
            self.status.note(key, update.notes.get(key), now)
        for key in (*read, *plan.changed):
            if key not in plan.waiting and key not in plan.missing:
                self.status.mend(key)
        for key, unsettled in update.unsettled.items():
            self.status.wait_for(key, unsettled, now)
            self._agenda.want_at(now + unsettled.seconds, [key])
        self._agenda.want_long(update.deferred)
        self.status.refuse({**update.faults, **plan.collisions}, now)
        if plan.missing:
            self._refuse_whole("MissingFile", "no account is left")
        elif self._in_force.missing:
            self.status.mend(WHOLE_SOURCE)

    def _put_into_force(self, plan: ReloadPlan, removed: Collection[str], revision: int | None) -> None:
        before = self._engine.live.revision if self._engine.is_ready else 0
        revision = next_revision(before, time.time()) if revision is None else max(revision, before + 1)
        self._engine.publish({account.uin: account for account in plan.changed.values()}, removed, revision)
        self.status.reloads += 1
        self.status.published_at = time.time()
        counts = {"changed": len(plan.changed), "removed": len(removed), "accounts": len(self._in_force.uins)}
        if plan.changed or removed:
            log.info("revision in force", revision=str(revision), **counts)

    # What goes wrong ------------------------------------------------------------------------------------------------

    def _refuse_whole(self, code: str, message: str) -> None:
        problem = Problem(code, f"{message}; what is in force stays in force", file=self._source.name_of(""), line=1)
        self.status.refuse({WHOLE_SOURCE: (problem,)}, self._clock())
        self._survey_at = min(self._survey_at, self._clock() + POLL_SECONDS / 2)

    def _stall(self, error: StalledError) -> None:
        """Do not read an account again before the read that hangs has ended."""
        self._agenda.stall(error.key)
        key = error.key or WHOLE_SOURCE
        self.status.refuse({key: (_hanging(error),)}, self._clock())

    def _return(self, key: str) -> None:
        """Read an account again, since the read that hung has ended."""
        self._source.forget([key])
        self._agenda.resume(key)
        self._survey_at = 0.0
        self._wake.set()

    # Time -----------------------------------------------------------------------------------------------------------

    async def _rest_until(self, when: float | None) -> None:
        """Wait until a time of the clock, or until there is something to do."""
        seconds = None if when is None else max(0.0, when - self._clock())
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        self._wake.clear()

    def _next_prompt(self) -> float | None:
        times = [self._agenda.next_time(), self.status.next_report(self._alarm_seconds)]
        return min((time for time in times if time is not None), default=None)

    def _rest(self) -> float:
        """Seconds from one survey to the next: many, if the source reports changes."""
        source = self._source
        poll = source.poll_seconds if isinstance(source, WatchableSource) else POLL_SECONDS
        if WHOLE_SOURCE in self.status.faults:
            poll = POLL_SECONDS
        if poll <= POLL_SECONDS:
            return max(poll, self._survey_seconds * _POLL_SHARE)
        return min(max(poll, self._survey_seconds * _SURVEY_SHARE), _LONGEST_REST)

    def _close_threads(self) -> None:
        self._prompt_thread.close()
        self._long_thread.close()


def _no_progress(_done: int, _total: int) -> None:
    """Say nothing."""


def _hanging(error: StalledError) -> Problem:
    return Problem("UnreadableFile", "it does not answer", file=error.path, line=1)


def _unsettled(waiting: Unsettled) -> Problem:
    return Problem("UnsettledFile", waiting.reason, file=waiting.path, line=1)


def _joined(parts: Sequence[Update]) -> Update:
    """Several updates as one; an account that is unsettled or deferred in one of them is in another one, too."""
    revisions = [part.revision for part in parts if part.revision is not None]
    return Update(
        changed={key: account for part in parts for key, account in part.changed.items()},
        unchanged=frozenset().union(*(part.unchanged for part in parts)),
        removed=frozenset().union(*(part.removed for part in parts)),
        faults={key: problems for part in parts for key, problems in part.faults.items()},
        notes={key: note for part in parts for key, note in part.notes.items()},
        revision=max(revisions, default=None),
    )
