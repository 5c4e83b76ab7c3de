"""grpcio with threads: `threads.py ADDRESS SCENARIO[=ARGUMENT]...` prints what came of each as one line of JSON."""

import json
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import grpc
from channels import BRIEF, MOST, OPTIONS, PATIENCE, PINGING  # beside this program


def code(error):
    return error.code().value[0]


class Scenarios:
    def __init__(self, address):
        self._address = address
        self._channel = self._open()

    def _open(self, *options):
        return grpc.insecure_channel(self._address, OPTIONS + options)

    def _ask(self, path, message=b"", *, channel=None, timeout=PATIENCE, **options):
        call = (channel or self._channel).unary_unary(f"/echo.Echo/{path}")
        return call(message, timeout=timeout, wait_for_ready=True, **options)

    def _until(self, path, is_wanted, message=b""):
        """What a method answers at last: the wanted, or after too long something else."""
        end = time.monotonic() + PATIENCE
        while not is_wanted(answer := self._ask(path, message)) and time.monotonic() < end:
            time.sleep(0.02)
        return answer.decode()

    def unary(self, _):
        return self._ask("Unary", b"hello").decode()

    def deadline(self, _):
        try:
            self._ask("Wait", timeout=BRIEF)
        except grpc.RpcError as error:
            return [code(error), self._until("Waiting", b"0".__eq__)]

    def cancellation(self, _):
        call = self._channel.unary_unary("/echo.Echo/Wait").future(b"")
        waiting = self._until("Waiting", b"1".__eq__)
        call.cancel()
        return [waiting, code(call), self._until("Waiting", b"0".__eq__)]

    def metadata(self, traceparent):
        added = (("traceparent", traceparent), ("k-bin", b"\0\xff\xfe\x80"), ("twice", "a"), ("twice", "b"))
        return self._ask("Metadata", metadata=added).decode()

    def details(self, _):
        try:
            self._ask("Fail")
        except grpc.RpcError as error:
            trailing = dict(error.trailing_metadata())
            return [code(error), error.details(), trailing["grpc-status-details-bin"].hex(), trailing["plain"]]

    def large(self, _):
        there_and_back = self._ask("Unary", b"x" * MOST) == b"x" * MOST
        try:
            self._ask("Unary", b"x" * (MOST + 1))
        except grpc.RpcError as error:
            return [there_and_back, code(error), self._ask("Unary", b"on").decode()]

    def streaming(self, _):
        answers = self._conversation(100)
        burst = self._channel.unary_stream("/echo.Echo/Burst")(b"q" * 100_000, timeout=PATIENCE)
        return [answers, sum(message == b"q" * 100_000 for message in burst)]

    def _conversation(self, count):
        """Each question waits for the answer to the one before."""
        heard = threading.Semaphore(1)

        def questions():
            for number in range(count):
                heard.acquire(timeout=PATIENCE)
                yield b"%d" % number

        answers = []
        for answer in self._channel.stream_stream("/echo.Echo/Converse")(questions(), timeout=PATIENCE):
            answers.append(answer)
            heard.release()
        return sum(answer == b"%d" % number for number, answer in enumerate(answers))

    def connections(self, count):
        channels = [self._open() for _ in range(int(count))]
        calls = [each.unary_unary("/echo.Echo/Unary").future(b"a", timeout=PATIENCE) for each in channels]
        answered = sum(call.result() == b"a" for call in calls)
        told = self._ask("Connections", channel=channels[0]).decode()
        for each in channels:
            each.close()
        return [answered, told]

    def drain(self, enough):
        """Ask without a pause, half of it calls that take time, until two servers answered enough."""
        told, failed, asked = Counter(), Counter(), Counter()
        lock, end = threading.Lock(), time.monotonic() + PATIENCE

        def is_going_on():
            return time.monotonic() < end and (len(told) < 2 or min(told.values()) < int(enough))

        def keep_asking(path):
            while is_going_on():
                try:
                    heard = self._ask(path).decode()
                except grpc.RpcError as error:
                    heard = code(error)
                with lock:
                    asked["calls"] += 1
                    (failed if isinstance(heard, int) else told)[heard] += 1
                    if asked["calls"] == int(enough):
                        print("under way", flush=True)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(keep_asking, ["Who", "Later"] * 4))
        return {"asked": asked["calls"], "told": told, "failed": failed}

    def pinged(self, wanted):
        with self._open(*PINGING) as channel:
            before = self._ask("Line", channel=channel).split()
            # Asked on another connection: this one is idle.
            self._until("Pinged", lambda told: int(told) >= int(wanted), before[0])
            after = self._ask("Line", channel=channel).split()
        return [before[0] == after[0], int(after[1])]

    def check(self, request):
        call = self._channel.unary_unary("/authz.v1.AuthorizationService/Check")
        return call(bytes.fromhex(request), timeout=PATIENCE).hex()

    def stream_check(self, request):
        call = self._channel.stream_stream("/authz.v1.AuthorizationService/StreamCheck")
        return [answer.hex() for answer in call(iter([bytes.fromhex(request)] * 10), timeout=PATIENCE)]

    def watch(self, _):
        call = self._channel.unary_stream("/authz.v1.AuthorizationService/WatchRevision")(b"", timeout=PATIENCE)
        answer = next(call).hex()
        call.cancel()
        return answer

    def health(self, _):
        return self._channel.unary_unary("/grpc.health.v1.Health/Check")(b"", timeout=PATIENCE).hex()


if __name__ == "__main__":
    scenarios = Scenarios(sys.argv[1])
    outcomes = {}
    for name, _, argument in (each.partition("=") for each in sys.argv[2:]):
        outcomes[name] = getattr(scenarios, name)(argument)
    print(json.dumps(outcomes))
