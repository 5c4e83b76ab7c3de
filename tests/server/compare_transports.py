"""Both transports before one engine, asked the same: `python -m tests.server.compare_transports --sequences 100000`."""

import argparse
import asyncio
import random
import re
import time
from collections import Counter
from contextlib import suppress

import grpc
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from authz.pdp.batch import BatchChecker
from authz.pdp.cache import DecisionCache
from authz.pdp.check import Checker
from authz.pdp.counters import Counters
from authz.pdp.explain import Explainer
from authz.pdp.limits import Limits
from authz.pdp.scheduling import ConcurrencyLimiter
from authz.server.call_policy import CallPolicy
from authz.server.lifecycle import Listening, Server
from authz.server.listeners import parse_address
from authz.server.methods import SERVICE, authorization
from authz.server.revisions import RevisionFeed
from authz.server.transport import TransportKind
from authz.v1 import authz_pb2
from tests.builders import ALICE, APP_1, APP_2, CI, ROOT, account, allow, deny, engine, policy
from tests.sidecar import check_request
from tests.waiting import until

LIMITS = Limits(message_bytes=4000, batch=5, context_keys=3)
PATIENCE = 0.3
AT_ONCE = 16  # sequences under way
ATTEMPTS = 8
LATER = "9" * 12  # later than the engine's, but one that some sidecar may have told of
IMPOSSIBLE = "9" * 15
UNARY = ("Check", "BatchCheck", "Explain", "AllowedResources")
_TOO_LONG = re.compile(r"(Decompressed|SERVER: Received) message larger than max( \(\d+ vs. \d+\))?")
HEALTH = "/grpc.health.v1.Health"
REFLECTION = "/grpc.reflection.v1{}.ServerReflection/ServerReflectionInfo"
OPTIONS = (("grpc.use_local_subchannel_pool", 1), ("grpc.enable_retries", 0))


class Feed(RevisionFeed):
    """Keeps which revisions were ever waited for."""

    def __init__(self, live):
        super().__init__(live)
        self.awaited = set()

    async def reached(self, revision, seconds):
        self.awaited.add(revision)
        await super().reached(revision, seconds)


class Side:
    """One transport's server, and a client of it."""

    def __init__(self, kind, live):
        self._feed = feed = Feed(live)
        self.counters = Counters()
        call_policy = CallPolicy(feed, self.counters, PATIENCE, ConcurrencyLimiter(LIMITS.in_flight))
        checker = Checker(live, DecisionCache(100), counters=self.counters, limits=LIMITS)
        batches, explainer = BatchChecker(checker, LIMITS.batch, self.counters), Explainer(live, limits=LIMITS)
        table = authorization(checker, batches, explainer, feed, call_policy)
        self._server = Server(table, feed, Listening([parse_address("127.0.0.1:0")], transport=kind), LIMITS)

    async def __aenter__(self):
        [address] = (await self._server.startup()).listen
        await self._server.ready()
        self._channel = grpc.aio.insecure_channel(address, OPTIONS)
        return self

    async def __aexit__(self, *_):
        await self._channel.close()
        await self._server.close()

    def counts(self):
        """What it counted, by method."""
        return {name: _counts(each) for name, each in self.counters.methods.items()}

    async def outcome(self, call):
        """What a client hears, all of it."""
        kind, path, messages, options = call
        if kind == "unary":
            return await _heard(self._channel.unary_unary(path)(messages[0], **options))
        if kind == "cancelled":
            return await self._cancelled(path, messages[0])
        if kind == "watch":
            watch = self._channel.unary_stream(path)(messages[0])
            first = await watch.read()
            watch.cancel()
            return first
        return await _talked(self._channel.stream_stream(path)(**options), messages)

    async def _cancelled(self, path, message):
        call = self._channel.unary_unary(path)(message)
        revision = int(authz_pb2.CheckRequest.FromString(message).at_least_revision)
        await until(lambda: revision in self._feed.awaited or call.done())
        call.cancel()
        with suppress(asyncio.CancelledError):
            return await _heard(call)
        return "cancelled"


async def _talked(talk, messages):
    answers = []
    with suppress(grpc.RpcError):
        for message in messages:  # one by one: a client that writes into an ended stream makes a fault of its own
            await talk.write(message)
            answers.append(await talk.read())
        await talk.done_writing()
        answers.append(await talk.read() is grpc.aio.EOF)
    return [*answers, await talk.code(), await talk.details(), _details(await talk.trailing_metadata())]


async def _heard(call):
    try:
        return await call
    except grpc.RpcError as error:
        return error.code(), error.details(), _details(error.trailing_metadata())


def _details(metadata):
    return dict(tuple(metadata)).get("grpc-status-details-bin")


class Draw:
    """Draws calls: valid, malformed, late, unknown, too long, cancelled."""

    def __init__(self, seed):
        self._draw = random.Random(seed)

    def sequence(self):
        return [self.call() for _ in range(self._draw.randint(1, 4))]

    def call(self):
        draw = self._draw
        kinds = {
            self._plain: 50, self._talk: 12, self._standing: 10, self._late: 6, self._unknown: 5, self._watch: 4,
            self._cancelled: 2,
        }  # fmt: skip
        return draw.choices(list(kinds), list(kinds.values()))[0]()

    def _check(self, **more):
        draw = self._draw
        principal = draw.choice([ALICE, CI, ROOT, ALICE.replace("100001", "7"), "nobody", "", "p" * 400])
        action = draw.choice(["im:AddUser", "im:RemoveUser", "sms:SendSms", "im:*", "é" * 500])
        resource = draw.choice([APP_1, APP_2, "*", "qcs::im::uin/1", "", "x" * draw.choice([3800, 4200, 20_000])])
        context = {f"k{n}": ["v"] for n in range(draw.choice([0, 0, 0, 1, 3, 4]))}
        return check_request(principal, action, resource, **context, **more)

    def _message(self, method, **more):
        draw = self._draw
        if method == "BatchCheck":
            checks = [self._check() for _ in range(draw.choice([0, 1, 3, 5, 6]))]
            message = authz_pb2.BatchCheckRequest(checks=checks, **more)
        elif method == "Explain":
            message = authz_pb2.ExplainRequest(check=self._check(**more))
        elif method == "AllowedResources":
            principal = draw.choice([ALICE, CI, "nobody"])
            message = authz_pb2.AllowedResourcesRequest(principal=principal, action="im:AddUser", **more)
        else:
            message = self._check(**more)
        data = bytearray(message.SerializeToString())
        if draw.random() < 0.2 and not more:
            data[draw.randrange(len(data) or 1) : draw.randrange(len(data) or 1)] = draw.randbytes(draw.randrange(4))
        return bytes(data)

    def _options(self):
        draw = self._draw
        more = [
            {},
            {},
            {"timeout": 30},
            {"compression": grpc.Compression.Gzip},
            {"compression": grpc.Compression.Deflate},
        ]
        metadata = (("k", "v" * draw.randrange(100)), ("k-bin", draw.randbytes(draw.randrange(20))))
        return draw.choice(more) | ({"metadata": metadata} if draw.random() < 0.2 else {})

    def _plain(self):
        method = self._draw.choice(UNARY)
        return "unary", f"/{SERVICE}/{method}", [self._message(method)], self._options()

    def _talk(self):
        messages = [self._message("Check") for _ in range(self._draw.randint(0, 4))]
        return "talk", f"/{SERVICE}/StreamCheck", messages, self._options()

    def _standing(self):
        draw = self._draw
        service = draw.choice(["", SERVICE, "other"])
        health = health_pb2.HealthCheckRequest(service=service).SerializeToString()
        asked = [{"list_services": ""}, {"file_containing_symbol": draw.choice([SERVICE, "x"])}, {}]
        told = reflection_pb2.ServerReflectionRequest(**draw.choice(asked)).SerializeToString()
        reflection = REFLECTION.format(draw.choice(["", "alpha"]))
        return draw.choice(
            [
                ("unary", f"{HEALTH}/Check", [draw.choice([health, b"\xff"])], {}),
                ("watch", f"{HEALTH}/Watch", [health], {}),
                ("talk", reflection, [told, told], {}),
                ("talk", reflection, [b"\xff"], {}),
            ]
        )

    def _late(self):
        method = self._draw.choice(UNARY)
        message = {
            "BatchCheck": authz_pb2.BatchCheckRequest(at_least_revision=self._draw.choice([LATER, IMPOSSIBLE])),
            "AllowedResources": authz_pb2.AllowedResourcesRequest(
                principal=ALICE, action="im:AddUser", at_least_revision=LATER
            ),
            "Explain": authz_pb2.ExplainRequest(check=self._late_check()),
            "Check": self._late_check(),
        }[method].SerializeToString()
        options = self._draw.choice([{}, {"timeout": 5}, {"timeout": 0.12}])
        if self._draw.random() < 0.2:
            return "talk", f"/{SERVICE}/StreamCheck", [self._late_check().SerializeToString()], options
        return "unary", f"/{SERVICE}/{method}", [message], options

    def _late_check(self):
        return check_request(ALICE, "im:AddUser", APP_1, at_least_revision=LATER)

    def _unknown(self):
        path = self._draw.choice([f"/{SERVICE}/Nothing", "/nothing.Service/Check", f"/{SERVICE}/check"])
        return "unary", path, [self._message("Check")], self._options()

    def _watch(self):
        return "watch", f"/{SERVICE}/WatchRevision", [b""], {}

    def _cancelled(self):
        own = str(self._draw.randrange(10**11, 10**12))  # by which its server is known to have it
        message = check_request(ALICE, "im:AddUser", APP_1, at_least_revision=own).SerializeToString()
        return "cancelled", f"/{SERVICE}/Check", [message], {}


async def compare(sequences, seed=0):
    """How often each status was heard. Asserts that both sides said the same, and counted the same."""
    live = engine(account(own=[policy("a", allow("im:*"))], group=[policy("d", deny("im:RemoveUser", APP_1))]))
    seen, vague = Counter(), Counter()
    async with Side(TransportKind.GRPCIO, live) as one, Side(TransportKind.NATIVE, live) as other:
        slots = asyncio.Semaphore(AT_ONCE)

        async def run(number):
            async with slots:
                for call in Draw(f"{seed}.{number}").sequence():
                    for attempt in range(ATTEMPTS):
                        heard = await asyncio.gather(one.outcome(call), other.outcome(call))
                        is_late = "DEADLINE_EXCEEDED" in str(heard)
                        is_crossed = call[0] == "cancelled" and heard[0] != heard[1]
                        vague[call[1]] += is_late or is_crossed  # a server may have counted an answer nobody heard
                        if heard[0] == heard[1] or not (is_late or is_crossed):
                            break
                        await asyncio.sleep(0.05 * 2**attempt)  # whatever kept the machine busy takes a while
                    assert _worded(heard[0]) == _worded(heard[1]), f"sequence {number}: {call!r:.1000}: {heard!r:.1000}"
                    seen[_name(heard[0])] += 1

        for start in range(0, sequences, 1000):
            await asyncio.gather(*(run(number) for number in range(start, min(start + 1000, sequences))))
        # What was cancelled takes a while to end.
        await until(lambda: vague.total() or one.counts() == other.counts())
    return seen


def _worded(heard):
    """Grpcio has two ways to say that a compressed message is too long, and uses either."""
    return _TOO_LONG.sub("too long", repr(heard))


def _counts(counters):
    return counters.started, counters.answered, dict(counters.failed), sum(counters.buckets)


def _name(heard):
    if isinstance(heard, bytes):
        return "OK"
    return next((each.name for each in heard if isinstance(each, grpc.StatusCode)), "cancelled")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sequences", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    began = time.perf_counter()
    seen = asyncio.run(compare(options.sequences, options.seed))
    for name, count in seen.most_common():
        print(f"{name:20}{count:10,}")
    print(f"{sum(seen.values()):,} calls of each, no difference, {time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
