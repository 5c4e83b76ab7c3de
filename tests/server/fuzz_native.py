"""Mutates what real clients sent and feeds it to the service: `python -m tests.server.fuzz_native --minutes 10`.

Beside what `tests.http2.fuzz` looks for, it is a failure if the service allows what the engine, asked afresh with the
request as protobuf reads it, does not, or if a message goes out that the service did not give.
"""

import asyncio
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from authz.engine.request import parse_request
from authz.http2.fair_queue import FairQueue
from authz.http2.frames import PREFACE
from authz.pdp.batch import BatchChecker
from authz.pdp.cache import DecisionCache
from authz.pdp.check import Checker
from authz.pdp.counters import Counters
from authz.pdp.explain import Explainer
from authz.pdp.limits import DEFAULT_LIMITS
from authz.pdp.scheduling import ConcurrencyLimiter
from authz.server.call_policy import CallPolicy
from authz.server.methods import BidiStream, LongUnary, ServerStream, Unary, authorization
from authz.server.native.native_calls import runners_by_path, served
from authz.server.revisions import RevisionFeed
from authz.server.streams import OpenStreams
from authz.v1 import authz_pb2
from tests.builders import APP_1, account, allow, deny, engine, policy
from tests.http2.driving import content_of
from tests.http2.fuzz import World, run

CAPTURES = Path(__file__).parent / "captures"
PATIENCE = 0.001
ALLOWED_BY = (policy("a", allow("im:*")), policy("b", allow("sms:SendSms")))


def made():
    """An engine that allows much, and denies a little."""
    return engine(account(own=ALLOWED_BY, group=[policy("d", deny("im:RemoveUser", APP_1))]))


def captured():
    """What clients sent on connections of theirs, without the preface that every input has anyhow."""
    return [file.read_bytes().removeprefix(PREFACE) for file in sorted(CAPTURES.glob("*.bin"))]


class Witness:
    """Writes down what the service gives, and compares it with what the engine says and with what goes out."""

    def __init__(self, live):
        self.live = live
        self.given = []
        self.allowed = Counter()
        self.is_allowed = lru_cache(1000)(self._is_allowed)

    def _is_allowed(self, question):
        """Whether the engine allows what protobuf reads; its policies read no context."""
        check = authz_pb2.CheckRequest.FromString(question)
        return self.live.decide(parse_request(check.principal, check.action, check.resource, {})).allowed

    def heard(self, kind, question, answer):
        self.given.append((kind, question, answer))
        return answer

    def watched(self, kind, method):
        match method:
            case Unary(answer) | BidiStream(answer):
                return replace(method, answer=lambda data: self.heard(kind, data, answer(data)))
            case LongUnary(work):
                return replace(method, work=lambda data: self._work(kind, work, data))
            case ServerStream(messages):
                return ServerStream(lambda data: self._messages(kind, messages, data))

    def _work(self, kind, work, data):
        return self.heard(kind, data, (yield from work(data)))

    async def _messages(self, kind, messages, data):
        async for message in messages(data):
            yield self.heard(kind, data, message)

    def check(self, frames):
        """Given what went out on one connection."""
        answers = {answer for _, _, answer in self.given}
        for stream in {number for _, _, number, _ in frames if number}:
            for message in whole_messages(content_of(frames, stream)):
                assert message in answers, message
        for kind, question, answer in self.given:
            self.compare(kind, question, answer)
        self.given.clear()

    def compare(self, kind, question, answer):
        if kind in ("Check", "StreamCheck"):
            self.agree([question], [authz_pb2.CheckResponse.FromString(answer)])
        elif kind == "BatchCheck":
            checks = authz_pb2.BatchCheckRequest.FromString(question).checks
            results = authz_pb2.BatchCheckResponse.FromString(answer).results
            self.agree([each.SerializeToString() for each in checks], [each.response for each in results])

    def agree(self, questions, answers):
        assert len(questions) == len(answers)
        for question, answer in zip(questions, answers, strict=True):
            assert not answer.allowed or self.is_allowed(question), (question, answer)
            self.allowed[answer.allowed] += 1


class Passes(FairQueue):
    """Nobody takes turns here: whoever waits has had them all by the next pass of the event loop."""

    def at_end(self, done):
        asyncio.get_running_loop().call_soon(done)


def whole_messages(content):
    """The messages of a stream that went out whole (PROTOCOL-HTTP2 of gRPC)."""
    while len(content) >= 5 and len(content) >= 5 + (size := int.from_bytes(content[1:5], "big")):
        yield content[5 : 5 + size]
        content = content[5 + size :]


def serving():
    """The service with a witness behind it; belongs on a running event loop."""
    live = made()
    witness, feed, counters = Witness(live), RevisionFeed(live), Counters()
    call_policy = CallPolicy(feed, counters, PATIENCE, ConcurrencyLimiter(DEFAULT_LIMITS.in_flight))
    checker, explainer = Checker(live, DecisionCache(1000), counters=counters), Explainer(live)
    table = authorization(checker, BatchChecker(checker, 100, counters), explainer, feed, call_policy)
    methods = {name: witness.watched(name, method) for name, method in table.methods.items()}
    runners = runners_by_path(replace(table, methods=methods), OpenStreams(), Passes())
    return World({path: served(each) for path, each in runners.items()}, witness.check), witness.allowed


if __name__ == "__main__":
    run(lambda: serving()[0], captured(), __doc__)
