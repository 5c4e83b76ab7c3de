"""A mutation fuzzer for everything that reads what others wrote: `python -m tests.fuzz.fuzz --minutes 10`.

Inputs that lead to an outcome not seen before become seeds themselves. A failure is an exception that is not
declared, an input that takes longer than a second (twice, so that a busy machine is not blamed on it), or an answer
that must not be.
"""

import argparse
import faulthandler
import math
import random
import sys
import tempfile
import time
import traceback
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.fuzz.mutation import Mutator
from tests.fuzz.targets import (
    AccountTarget,
    attachment_seeds,
    fuzz_policy,
    mutated_question,
    policy_seeds,
    question_seeds,
)

LIMIT_SECONDS = 1.0
HANG_SECONDS = 60
_CORPUS = 3000
_ROUND = 50  # executions of one target before the next has its turn


@dataclass
class Lane:
    """One target with its seeds and what became of it."""

    name: str
    run: object
    mutate: object
    corpus: list
    outcomes: set = field(default_factory=set)
    executions: int = 0
    slowest: float = 0.0


@dataclass
class Failure:
    """An input that did what no input may do."""

    target: str
    data: object
    fault: str


def lanes(mutator, chosen=None):
    """All targets, or those that are chosen by name."""
    account = AccountTarget()
    every = [
        Lane("policy", fuzz_policy, mutator.text, policy_seeds()),
        Lane("attachments", account.attachments, mutator.text, attachment_seeds()),
        Lane("account", account.policy, mutator.text, policy_seeds()),
        Lane("question", account.question, partial(mutated_question, mutator), question_seeds()),
    ]
    return [lane for lane in every if not chosen or lane.name in chosen]


def execute(lane, data, clock=time.process_time):
    """Run one input; a Failure or None. It may take `LIMIT_SECONDS` by the clock."""
    try:
        seconds, outcome = _timed(lane, data, clock)
        if seconds > LIMIT_SECONDS:
            seconds, outcome = min((_timed(lane, data, clock), (seconds, outcome)), key=lambda run: run[0])
    except Exception:  # noqa: BLE001 - whatever is not declared by the target is what the fuzzer looks for
        return Failure(lane.name, data, traceback.format_exc())
    lane.executions += 1
    lane.slowest = max(lane.slowest, seconds)
    if seconds > LIMIT_SECONDS:
        return Failure(lane.name, data, f"took {seconds:.1f} s")
    if outcome not in lane.outcomes and len(lane.corpus) < _CORPUS:
        lane.outcomes.add(outcome)
        lane.corpus.append(data)
    return None


def _timed(lane, data, clock):
    start = clock()
    outcome = lane.run(data)
    return clock() - start, outcome


def fuzz(seed, chosen=None, report=None, *, seconds=math.inf, rounds=sys.maxsize, clock=time.process_time):
    """Fuzz for some time, or some rounds of all lanes; the lanes and the failures. It stops at ten failures."""
    rng = random.Random(seed)
    running = lanes(Mutator(rng), chosen)
    failures = [failure for lane in running for data in list(lane.corpus) if (failure := execute(lane, data, clock))]
    end = time.monotonic() + seconds
    told = time.monotonic()
    for _ in range(rounds):
        if time.monotonic() >= end or len(failures) >= 10:
            break
        faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
        for lane in running:
            for _ in range(_ROUND):
                data = lane.mutate(rng.choice(lane.corpus), rng.choice(lane.corpus))
                failure = execute(lane, data, clock)
                if failure:
                    failures.append(failure)
        if report and time.monotonic() - told > 10:
            told = time.monotonic()
            report(running, end - told)
    faulthandler.cancel_dump_traceback_later()
    return running, failures


def _progress(running, left):
    executions = sum(lane.executions for lane in running)
    print(f"{executions} executions, {max(0, left):.0f} s left", file=sys.stderr, flush=True)


def _keep(failures):
    folder = Path(tempfile.mkdtemp(prefix="authz-fuzz-"))
    for number, failure in enumerate(failures):
        data = failure.data if isinstance(failure.data, bytes) else failure.data.encode("utf-8", "surrogatepass")
        path = folder / f"{failure.target}-{number}"
        path.write_bytes(data)
        print(f"\n{failure.target}: {path}\n{failure.fault}")


def main(arguments=None):
    """The command; exit status 1 when something was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=None, help="repeats a run as far as time allows")
    parser.add_argument("--target", action="append", choices=["policy", "attachments", "account", "question"])
    options = parser.parse_args(arguments)
    seed = random.randrange(2**32) if options.seed is None else options.seed
    start = time.perf_counter()
    report = _progress if sys.stderr.isatty() else None
    running, failures = fuzz(seed, options.target, report, seconds=options.minutes * 60)
    elapsed = time.perf_counter() - start
    print(f"{'target':12} {'executions':>11} {'outcomes':>9} {'slowest':>9}")
    for lane in running:
        print(f"{lane.name:12} {lane.executions:>11} {len(lane.outcomes):>9} {lane.slowest * 1000:>6.0f} ms")
    total = sum(lane.executions for lane in running)
    print(f"{total} executions in {elapsed:.0f} s, {total / elapsed:.0f}/s, seed {seed}, {len(failures)} failures")
    if failures:
        _keep(failures)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
