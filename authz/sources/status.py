"""The health of a source: faults that last, versions that are waited for, entries that cannot be examined."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from authz.errors import Problem
from authz.sources.source import Unsettled
from authz.telemetry.events import get_logger

ALARM_SECONDS = 1.0
"""How long a fault must stay as it is before it is reported: files that arrive in several steps raise no alarm."""
WHOLE_SOURCE = "*"
"""The key of a fault that is not one account's."""

log = get_logger("authz.sources")


@dataclass(slots=True)
class Fault:
    """A version that is refused or not whole yet `since` a time, while the one before it stays in force.

    `waits_for` is the reason if it is not whole.
    """

    problems: tuple[Problem, ...]
    since: float
    waits_for: str = ""
    is_reported: bool = False


@dataclass(frozen=True, slots=True)
class Stale:
    """An account, or an entry that may be one, whose newest version has not been in force for so many seconds."""

    key: str
    path: str
    reason: str
    seconds: float


@dataclass(slots=True)
class SourceStatus:
    """What telemetry reports about the source. `notes` are about entries that may or may not be accounts."""

    faults: dict[str, Fault] = field(default_factory=dict)
    unsettled: dict[str, Fault] = field(default_factory=dict)
    notes: dict[str, Fault] = field(default_factory=dict)
    reloads: int = 0
    refusals: int = 0
    published_at: float = 0.0
    looked_at: float = 0.0

    @property
    def reported_faults(self) -> dict[str, Fault]:
        """The faults that lasted long enough to be reported."""
        return {key: fault for key, fault in tuple(self.faults.items()) if fault.is_reported}

    def stale(self, now: float) -> list[Stale]:
        """Everything that lasted long enough to be reported, the oldest first. From any thread."""
        found = [
            Stale(key, fault.problems[0].file, fault.waits_for or fault.problems[0].message, now - fault.since)
            for each in (self.faults, self.unsettled, self.notes)
            for key, fault in tuple(each.items())
            if fault.is_reported
        ]
        return sorted(found, key=lambda stale: -stale.seconds)

    # What the follower notes ----------------------------------------------------------------------------------------

    def refuse(self, refused: Mapping[str, tuple[Problem, ...]], now: float) -> None:
        """Note that new versions are refused."""
        for key, problems in refused.items():
            known = self.faults.get(key)
            if known is None or known.problems != problems:
                self.faults[key] = Fault(problems, now)

    def mend(self, key: str) -> None:
        """Note that the newest version of an account is in force, or that the account is gone."""
        fault = self.faults.pop(key, None)
        if fault is not None and fault.is_reported:
            log.info("fault fixed", account=key or ".")

    def wait_for(self, key: str, unsettled: Unsettled, now: float) -> None:
        """Note that a version is not whole yet."""
        problem = Problem("UnsettledFile", unsettled.reason, file=unsettled.path, line=1)
        known = self.unsettled.get(key)
        if known is None:
            self.unsettled[key] = Fault((problem,), now, unsettled.reason)
        else:
            known.problems, known.waits_for = (problem,), unsettled.reason

    def settle(self, key: str) -> None:
        """Note that a version is whole now, or that the account is gone."""
        fault = self.unsettled.pop(key, None)
        if fault is not None and fault.is_reported:
            log.info("version was waited for", account=key or ".", waited_for=fault.problems[0].file)

    def note(self, key: str, problem: Problem | None, now: float) -> None:
        """Note that an entry cannot be examined, or that it can be again."""
        known = self.notes.get(key)
        if problem is None:
            self.notes.pop(key, None)
        elif known is None or known.problems != (problem,):
            self.notes[key] = Fault((problem,), now)

    def report(self, now: float, in_force: Mapping[str, str], after: float = ALARM_SECONDS) -> None:
        """Log what has lasted for so many seconds."""
        for key, fault in _lasting(self.faults, now, after):
            self.refusals += 1
            problems = [str(problem) for problem in fault.problems]
            log.error("account refused", account=key or ".", consequence=_kept(key, in_force), problems=problems)
        for key, fault in _lasting(self.unsettled, now, after):
            (problem,) = fault.problems
            about = {"path": problem.file, "reason": problem.message, "consequence": _kept(key, in_force)}
            log.warning("account is waited for", account=key or ".", **about)
        for key, fault in _lasting(self.notes, now, after):
            (problem,) = fault.problems
            log.warning("entry cannot be examined", entry=key, path=problem.file, reason=problem.message)

    def next_report(self, after: float = ALARM_SECONDS) -> float | None:
        """When something will have lasted long enough to be reported."""
        unreported = [
            fault.since + after
            for each in (self.faults, self.unsettled, self.notes)
            for fault in each.values()
            if not fault.is_reported
        ]
        return min(unreported, default=None)


def _kept(key: str, in_force: Mapping[str, str]) -> str:
    """What a fault means for callers; a fault of the whole source removes nothing."""
    if key == WHOLE_SOURCE:
        return "what is in force stays in force" if in_force else "nothing is served"
    return "its last good version stays in force" if key in in_force else "it is not served"


def _lasting(faults: Mapping[str, Fault], now: float, after: float) -> list[tuple[str, Fault]]:
    lasting = [(key, fault) for key, fault in faults.items() if not fault.is_reported and now - fault.since >= after]
    for _, fault in lasting:
        fault.is_reported = True
    return lasting
