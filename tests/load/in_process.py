"""What a call costs the built-in transport, without a socket: `python -m tests.load.in_process`.

The bytes of a client go into a connection and those of the answers come out, in µs of processor time a call. The last
case shows what remembering the prefixes of header blocks saves a call with a trace.
"""

import argparse
import asyncio
import itertools
import tempfile
import time
from pathlib import Path

import authz
from authz.cli.bench import load_questions as questions
from authz.cli.bench.load_generator import grpc_message, header_blocks
from authz.cli.bench.workload import write_accounts
from authz.http2 import frames
from authz.http2.calls import GrpcApplication
from authz.http2.connection import Connection
from authz.http2.fair_queue import FairQueue
from authz.http2.hpack import literal
from authz.pdp.batch import BatchChecker
from authz.pdp.cache import DecisionCache
from authz.pdp.check import Checker
from authz.pdp.counters import Counters
from authz.pdp.explain import Explainer
from authz.pdp.limits import DEFAULT_LIMITS
from authz.pdp.scheduling import ConcurrencyLimiter
from authz.server.call_policy import CallPolicy
from authz.server.methods import SERVICE, authorization
from authz.server.native.native_calls import runners_by_path, served
from authz.server.revisions import RevisionFeed
from authz.server.streams import OpenStreams
from tests.load.new_questions import warm_batches
from tests.load.timing import interleaved

_CALLS = 1000  # of one piece of work
_DEADLINE = literal(b"grpc-timeout", b"5S")


def service():
    """The service, on the accounts of the benchmarks."""
    with tempfile.TemporaryDirectory() as folder:
        write_accounts(Path(folder), questions.ACCOUNTS, questions.USERS, questions.POLICIES)
        live = authz.Engine.from_directory(folder)
    counters, feed = Counters(), RevisionFeed(live)
    policy = CallPolicy(feed, counters, 1.0, ConcurrencyLimiter(DEFAULT_LIMITS.in_flight))
    checker = Checker(live, DecisionCache(10_000), counters=counters)
    table = authorization(checker, BatchChecker(checker, 100, counters), Explainer(live), feed, policy)
    runners = runners_by_path(table, OpenStreams(), FairQueue())
    return GrpcApplication({path: served(each) for path, each in runners.items()}, DEFAULT_LIMITS.message_bytes)


def traces():
    """A trace context of its own for each call."""
    return (literal(b"traceparent", b"00-%032x-%016x-01" % (n * 7919, n)) for n in itertools.count(1))


class Client:
    """Makes calls of one method on a connection; `more` are further fields of each call."""

    def __init__(self, application, method, messages, more=None, *, remembers_prefixes=True):
        self.connection = Connection(application)
        self.connection.receive(frames.PREFACE + frames.frame(frames.SETTINGS, 0, 0))
        if not remembers_prefixes:
            blocks = self.connection._blocks
            blocks._remember = lambda block, request, _last: blocks._known.update({block: request})
        self._blocks = header_blocks(f"/{SERVICE}/{method}")
        self._more = more or itertools.repeat(b"")
        self._messages = itertools.cycle(messages)
        self._numbers = itertools.count(1, 2)

    def call(self):
        """Its frames."""
        number, content = next(self._numbers), grpc_message(next(self._messages))
        block = next(self._blocks) + next(self._more)
        return frames.frame(frames.HEADERS, frames.END_HEADERS, number, block) + frames.frame(
            frames.DATA, frames.END_STREAM, number, content
        )

    def run(self, calls=_CALLS):
        """Make calls, and return the bytes of the last answer."""
        window = frames.window_update(0, 1 << 24)
        self.connection._send_window = 0
        self.connection.receive(window)
        for _ in range(calls):
            self.connection.receive(self.call())
            answer = self.connection.output()
        return answer


def clients(application):
    """One for each case."""
    checks = list(questions.warm(_CALLS))
    return {
        "check": Client(application, "Check", checks),
        "check with a deadline": Client(application, "Check", checks, itertools.repeat(_DEADLINE)),
        "batch of 5": Client(application, "BatchCheck", list(warm_batches(1, 5))),
        "check with a trace": Client(application, "Check", checks, traces()),
        "the same, no prefixes": Client(application, "Check", checks, traces(), remembers_prefixes=False),
    }


async def costs(runs, calls=_CALLS):
    """Seconds of each case, less what its client takes."""
    cases = clients(service())
    for case in cases.values():
        assert literal(b"grpc-status", b"0") in case.run(calls)
    works = [lambda case=case: case.run(calls) for case in cases.values()]
    works += [
        lambda case=case: [case.call() for _ in range(calls)] for case in clients(GrpcApplication({}, 0)).values()
    ]
    seconds = interleaved(works, runs, time.process_time)
    own = seconds[len(cases) :]
    return {name: (both - less) / calls for name, both, less in zip(cases, seconds, own, strict=False)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=21)
    for name, seconds in asyncio.run(costs(parser.parse_args().runs)).items():
        print(f"{name:24}{seconds * 1e6:8.2f}")


if __name__ == "__main__":
    main()
