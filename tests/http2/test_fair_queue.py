"""Who waits gets turns, and no pass of the event loop is longer for how many they are."""

import asyncio

from authz.http2.fair_queue import FairQueue
from authz.http2.listener import GrpcServer
from tests.http2.driving import ECHO, GREETING, data, headers, made
from tests.http2.echo import METHODS


def test_those_who_wait_take_turns_until_nothing_is_left():
    left, worked, passes = {"a": 3, "b": 1}, [], []

    def work(name):
        def piece(_end):
            worked.append(name)
            left[name] -= 1
            return left[name] > 0

        return piece

    async def scenario():
        waiting = FairQueue(seconds=(0.0, 0.0))
        for name in left:
            waiting.wait(work(name))
        while any(left.values()):
            passes.append(len(worked))
            await asyncio.sleep(0)

    asyncio.run(scenario())
    assert worked == ["a", "a", "b", "a"]
    assert passes == [0, 2]  # a piece of each queue in each pass, since no time was given for more


def test_whoever_has_little_to_be_done_does_not_wait_for_those_who_have_much():

    async def scenario():
        waiting, worked = FairQueue(seconds=(0.0, 0.0)), []

        def work(name, pieces):
            def piece(_end):
                worked.append(name)
                return worked.count(name) < pieces

            waiting.wait(piece)

        for name in "abcd":
            work(name, 100)
        for _ in range(10):
            await asyncio.sleep(0)
        for name in "xyz":
            work(name, 1)
        worked.clear()
        for _ in range(3):
            await asyncio.sleep(0)
        return worked.copy()

    found = asyncio.run(scenario())
    assert found[::2] == ["x", "y", "z"]
    assert set(found[1::2]) < set("abcd")  # who go on meanwhile


def test_within_the_time_of_a_pass_several_work():
    async def scenario():
        waiting, worked = FairQueue(lambda: 0.0), []
        for number in range(10):
            waiting.wait(lambda _end, number=number: worked.append(number))
        await asyncio.sleep(0)
        return worked

    assert asyncio.run(scenario()) == list(range(10))


def test_what_turns_begin_and_leave_to_others_counts_in_their_pass():
    worked, passes = [], []

    async def scenario():
        waiting = FairQueue(lambda: 0.0, seconds=(10.0, 0.0))

        def work(_end):
            worked.append(1)
            waiting.charged += 4.0
            return False

        for _ in range(6):
            waiting.wait(work)
        while len(worked) < 6:
            await asyncio.sleep(0)
            passes.append(len(worked))

    asyncio.run(scenario())
    assert passes == [3, 6]


def test_given_one_of_those_who_wait_raises_then_the_others_get_their_turns_all_the_same():
    told, worked = [], []

    def broken(_end):
        raise ValueError("ours")

    async def scenario():
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: told.append(context["exception"]))
        waiting = FairQueue()
        waiting.wait(broken)
        waiting.wait(lambda _end: worked.append(1))
        for _ in range(3):
            await asyncio.sleep(0)
        waiting.wait(lambda _end: worked.append(2))
        await asyncio.sleep(0)

    asyncio.run(scenario())
    assert ([str(each) for each in told], worked) == (["ours"], [1, 2])


def call(number):
    return headers(number, ECHO) + data(number, b"\0\0\0\0\x05hello", 1)


def test_a_call_is_answered_while_much_of_another_connection_waits_to_be_worked_on():

    async def scenario():
        server = GrpcServer(METHODS, queue=FairQueue(seconds=(0.0, 0.0)))
        (busy, busy_transport), (other, other_transport) = made(server), made(server)
        busy.data_received(GREETING + b"".join(call(n) for n in range(1, 2001, 2)))
        other.data_received(GREETING + call(1))
        assert (b"hello" in other_transport.written, b"hello" in busy_transport.written) == (True, False)
        busy.data_received(call(2001))
        assert busy_transport.is_paused
        passes = 0
        while busy_transport.is_paused:
            await asyncio.sleep(0)
            passes += 1
        assert busy_transport.written.count(b"hello") == 1001
        return passes

    assert asyncio.run(scenario()) > 20


def test_what_waits_to_be_worked_on_waits_while_the_peer_takes_nothing():

    async def scenario():
        protocol, transport = made(GrpcServer(METHODS, queue=FairQueue(seconds=(0.0, 0.0))))
        protocol.data_received(GREETING + b"".join(call(n) for n in range(1, 201, 2)))
        await asyncio.sleep(0)
        protocol.pause_writing()
        await asyncio.sleep(0)
        before = transport.written.count(b"hello")
        for _ in range(100):
            await asyncio.sleep(0)
        assert transport.written.count(b"hello") == before < 100
        protocol.resume_writing()
        for _ in range(300):
            await asyncio.sleep(0)
        return transport.written.count(b"hello"), transport.is_paused

    assert asyncio.run(scenario()) == (100, False)


def test_what_waits_is_not_worked_on_at_once_because_a_little_more_comes():

    async def scenario():
        protocol, transport = made(GrpcServer(METHODS, queue=FairQueue(seconds=(0.0, 0.0))))
        protocol.data_received(GREETING + b"".join(call(n) for n in range(1, 201, 2)))
        protocol.pause_writing()
        for _ in range(10):
            await asyncio.sleep(0)
        before = transport.written.count(b"hello")
        protocol.data_received(call(201))  # read already when the peer was found to take nothing
        return before, transport.written.count(b"hello")

    before, after = asyncio.run(scenario())
    assert before == after < 100
