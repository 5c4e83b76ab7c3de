"""grpcio with asyncio: `aio.py ADDRESS SCENARIO[=ARGUMENT]...` prints what came of each as one line of JSON."""

import asyncio
import json
import sys
from collections import Counter

import grpc
from channels import BRIEF, MOST, OPTIONS, PATIENCE, PINGING  # beside this program


class Scenarios:
    def __init__(self, address):
        self._address = address
        self._channel = self._open()

    def _open(self, *options):
        return grpc.aio.insecure_channel(self._address, options=OPTIONS + options)

    def _ask(self, path, message=b"", *, channel=None, timeout=PATIENCE, **options):
        call = (channel or self._channel).unary_unary(f"/echo.Echo/{path}")
        return call(message, timeout=timeout, wait_for_ready=True, **options)

    async def _code(self, call):
        """The status of a call that fails."""
        try:
            await call
        except grpc.RpcError as error:
            return error.code().value[0]
        except asyncio.CancelledError:
            return (await call.code()).value[0]

    async def _until(self, path, is_wanted, message=b""):
        """What a method answers at last: the wanted, or after too long something else."""
        loop = asyncio.get_running_loop()
        end = loop.time() + PATIENCE
        while not is_wanted(answer := await self._ask(path, message)) and loop.time() < end:  # noqa: ASYNC110 - it happens elsewhere
            await asyncio.sleep(0.02)
        return answer.decode()

    async def unary(self, _):
        return (await self._ask("Unary", b"hello")).decode()

    async def deadline(self, _):
        return [await self._code(self._ask("Wait", timeout=BRIEF)), await self._until("Waiting", b"0".__eq__)]

    async def cancellation(self, _):
        call = self._ask("Wait")
        waiting = await self._until("Waiting", b"1".__eq__)
        call.cancel()
        return [waiting, await self._code(call), await self._until("Waiting", b"0".__eq__)]

    async def metadata(self, traceparent):
        added = (("traceparent", traceparent), ("k-bin", b"\0\xff\xfe\x80"), ("twice", "a"), ("twice", "b"))
        return (await self._ask("Metadata", metadata=added)).decode()

    async def details(self, _):
        call = self._ask("Fail")
        trailing = dict(tuple(await call.trailing_metadata()))
        details = trailing["grpc-status-details-bin"].hex()
        return [await self._code(call), await call.details(), details, trailing["plain"]]

    async def large(self, _):
        there_and_back = await self._ask("Unary", b"x" * MOST) == b"x" * MOST
        code = await self._code(self._ask("Unary", b"x" * (MOST + 1)))
        return [there_and_back, code, (await self._ask("Unary", b"on")).decode()]

    async def streaming(self, _):
        talk = self._channel.stream_stream("/echo.Echo/Converse")(timeout=PATIENCE)
        answers = 0
        for number in range(100):
            await talk.write(b"%d" % number)
            answers += await talk.read() == b"%d" % number
        await talk.done_writing()
        burst = self._channel.unary_stream("/echo.Echo/Burst")(b"q" * 100_000, timeout=PATIENCE)
        return [answers, sum([message == b"q" * 100_000 async for message in burst])]

    async def connections(self, count):
        channels = [self._open() for _ in range(int(count))]
        answers = await asyncio.gather(*(self._ask("Unary", b"a", channel=each) for each in channels))
        told = (await self._ask("Connections", channel=channels[0])).decode()
        await asyncio.gather(*(each.close() for each in channels))
        return [answers.count(b"a"), told]

    async def drain(self, enough):
        """Ask without a pause, half of it calls that take time, until two servers answered enough."""
        told, failed, loop = Counter(), Counter(), asyncio.get_running_loop()
        end = loop.time() + PATIENCE

        def is_going_on():
            return loop.time() < end and (len(told) < 2 or min(told.values()) < int(enough))

        async def keep_asking(path):
            while is_going_on():
                try:
                    told[(await self._ask(path)).decode()] += 1
                except grpc.RpcError as error:
                    failed[error.code().value[0]] += 1
                if told.total() == int(enough):
                    print("under way", flush=True)

        await asyncio.gather(*map(keep_asking, ["Who", "Later"] * 4))
        return {"asked": told.total() + failed.total(), "told": told, "failed": failed}

    async def keepalive(self, seconds):
        async with self._open(*PINGING) as channel:
            before = (await self._ask("Line", channel=channel)).split()
            await asyncio.sleep(float(seconds))  # idle on purpose: only pings go to and fro
            after = (await self._ask("Line", channel=channel)).split()
        return [before[0] == after[0], int(after[1])]

    async def pinged(self, wanted):
        async with self._open(*PINGING) as channel:
            before = (await self._ask("Line", channel=channel)).split()
            # Asked on another connection: this one is idle.
            await self._until("Pinged", lambda told: int(told) >= int(wanted), before[0])
            after = (await self._ask("Line", channel=channel)).split()
        return [before[0] == after[0], int(after[1])]

    async def check(self, request):
        call = self._channel.unary_unary("/authz.v1.AuthorizationService/Check")
        return (await call(bytes.fromhex(request), timeout=PATIENCE)).hex()

    async def stream_check(self, request):
        call = self._channel.stream_stream("/authz.v1.AuthorizationService/StreamCheck")
        answers = call(iter([bytes.fromhex(request)] * 10), timeout=PATIENCE)
        return [answer.hex() async for answer in answers]

    async def watch(self, _):
        call = self._channel.unary_stream("/authz.v1.AuthorizationService/WatchRevision")(b"", timeout=PATIENCE)
        answer = (await call.read()).hex()
        call.cancel()
        return answer

    async def health(self, _):
        return (await self._channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=PATIENCE)).hex()


async def main():
    scenarios = Scenarios(sys.argv[1])
    outcomes = {}
    for name, _, argument in (each.partition("=") for each in sys.argv[2:]):
        outcomes[name] = await getattr(scenarios, name)(argument)
    print(json.dumps(outcomes))


if __name__ == "__main__":
    asyncio.run(main())
