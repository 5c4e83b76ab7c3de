"""Mutates byte streams of clients and feeds them to the room: `python -m tests.http2.fuzz --minutes 10`.

A failure is an exception, an input that takes longer than a second by the clock (of this process, where it runs as a
program), content that is kept when its connection is gone, more memory at the end than `GROWTH_BYTES`, or whatever the
world behind the room complains about.
"""

import argparse
import asyncio
import itertools
import math
import random
import resource
import time
from typing import NamedTuple

from authz.http2.calls import CALL_BYTES, GrpcApplication, Streaming, Unary, refusal
from authz.http2.connection import Connection
from authz.http2.grpc import Code, GrpcError, framed
from authz.http2.hpack import literal
from authz.http2.limits import DEFAULT_HTTP2_LIMITS
from tests.http2.driving import GREETING, data, headers, reset, split
from tests.http2.echo import deferred

START = b"\x83\x86" + literal(b":authority", b"a") + b"\x5f\x10application/grpc\x40\x02te\x08trailers"
CALLS = [
    headers(1, b"\x44\x02/u" + START) + data(1, framed(b"hello"), 1),
    headers(1, b"\x44\x02/c" + START) + data(1, framed(b"hello")) + data(1, framed(b"x" * 500), 1),
    headers(9, b"\x44\x02/q" + START) + data(9, framed(b"hello")) + data(9, framed(b"x" * 500)) + data(9, b"", 1),
    headers(3, b"\x44\x02/u\xbe" + START) + reset(3),
    headers(7, b"\x44\x02/d" + START) + data(7, framed(b"hello"), 1),
    headers(5, b"\x44\x02/u" + START + literal(b"grpc-timeout", b"1S"), 0) + bytes.fromhex("000000090400000005"),
    bytes.fromhex("0000080600000000000102030405060708") + bytes.fromhex("000006040000000000000400000003"),
    bytes.fromhex("00000408000000000000000fff") + bytes.fromhex("00000408000000000100000fff"),
]
LIMIT_SECONDS = 1.0
GROWTH_BYTES = 64 << 20
_KEPT = 300


def mutated(chooser, corpus):
    """A stream of frames, some of them wrong."""
    stream = bytearray(b"".join(chooser.choices(corpus, k=chooser.choice((1, 1, 1, 2, 3, 4, 5, 6)))))
    for _ in range(chooser.choice((0, 1, 1, 2, 4, 8))):
        at = chooser.randrange(len(stream) or 1)
        match chooser.randrange(5):
            case 0:
                stream[at : at + 1] = bytes((chooser.randrange(256),))
            case 1:
                del stream[at : at + chooser.randint(1, 12)]
            case 2:
                stream[at:at] = chooser.randbytes(chooser.randint(1, 12))
            case 3:
                stream[at:at] = stream[at : at + chooser.randint(1, 40)]
            case _:
                stream[at : at + 4] = chooser.choice(
                    (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\1")
                )
    return (GREETING if chooser.random() < 0.95 else b"") + bytes(stream)


async def converse(call):
    while (message := await call.read()) is not None:
        await call.write(message)


async def converse_quickly(call):
    call.quick = bytes
    await converse(call)


async def reply(message, call):
    await asyncio.sleep(0)
    await call.write(message)


class World(NamedTuple):
    """What is served; `check` gets all that went out after each input, as frames, and asserts what must be."""

    methods: dict
    check: object


def echoing():
    """One method of each kind, which echo."""
    ending = refusal(GrpcError(Code.RESOURCE_EXHAUSTED, "too many"))
    endings = itertools.cycle((None, None, ending))
    unary = Unary(lambda message: message, None, lambda _connection: next(endings))
    talks = {"/c": Streaming(converse), "/q": Streaming(converse_quickly)}
    return World({"/u": unary, **talks, "/d": deferred(reply)}, lambda _frames: None)


class Room:
    """Runs one input after another; `outcomes` are the kinds of faults with the types of frames that came back."""

    def __init__(self, world, clock):
        self.failures = []
        self.world = world
        self.clock = clock
        most = DEFAULT_HTTP2_LIMITS.message_bytes
        self.application = GrpcApplication(world.methods, most, self.failures.append)
        self.outcomes = set()

    async def run(self, stream, cuts):
        """Whether the outcome is new.

        Raises:
            AssertionError: for what no input may do.
        """
        faults: set[str] = set()
        connection, back, at = Connection(self.application, on_peer_fault=lambda kind, _: faults.add(kind)), b"", 0
        began = self.clock()
        for cut in [*sorted(cuts), len(stream)]:
            connection.receive(stream[at:cut], 0.0)
            while connection.is_behind:
                connection.receive(b"", 0.0)
            at = max(at, cut)
            await asyncio.sleep(0)
            back += connection.output()
        connection.tick()
        held = connection._held
        assert 0 <= held <= len(stream) + len(connection._streams) * CALL_BYTES, held
        connection.close()
        for _ in range(3):
            await asyncio.sleep(0)
        assert self.clock() - began < LIMIT_SECONDS
        assert connection._held == 0
        assert not connection._streams
        assert not self.failures, self.failures
        frames = split(back + connection.output())
        self.world.check(frames)
        outcome = frozenset(faults), tuple(sorted({(kind, flags) for kind, flags, *_ in frames}))
        is_new = outcome not in self.outcomes
        self.outcomes.add(outcome)
        return is_new


async def fuzz(world, seeds, executions, seed, *, seconds=math.inf, clock=lambda: 0.0):
    """How many inputs were run, and how many outcomes there were; without a clock, an input may take any time."""
    chooser, room, corpus = random.Random(seed), Room(world, clock), list(seeds)
    end, done, before = time.monotonic() + seconds, 0, _resident_bytes()
    while done < executions and time.monotonic() < end:
        stream = mutated(chooser, corpus)
        cuts = [chooser.randrange(len(stream) + 1) for _ in range(chooser.choice((0, 0, 1, 5)))]
        try:
            is_new = await room.run(stream, cuts)
        except Exception as error:
            raise AssertionError(f"seed {seed}, input {done}: {stream.hex()} cut at {cuts}") from error
        if is_new and len(corpus) < _KEPT + len(seeds):
            corpus.append(stream.removeprefix(GREETING))
        done += 1
    grown = _resident_bytes() - before
    assert grown < GROWTH_BYTES, f"seed {seed}: {grown} bytes more than before"
    return done, len(room.outcomes)


def _resident_bytes():
    """The most that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def run(make_world, seeds, description):
    """The command line of a fuzzer."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--minutes", type=float, default=1)
    parser.add_argument("--inputs", type=int, default=1 << 62, help="end after so many")
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args()
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(1 << 30)

    async def go():
        how_long = {"seconds": options.minutes * 60, "clock": time.process_time}
        return await fuzz(make_world(), seeds, options.inputs, seed, **how_long)

    done, outcomes = asyncio.run(go())
    resident = _resident_bytes() >> 20
    print(f"seed {seed}: {done:,} inputs, {outcomes} outcomes, at most {resident} MB, no failure")


if __name__ == "__main__":
    run(echoing, CALLS, __doc__)
