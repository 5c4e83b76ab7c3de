"""Connections have places, and together they make a server keep no more than it may."""

import asyncio
import socket
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

import grpc

from authz.http2.frames import GOAWAY
from authz.http2.hpack import literal
from authz.http2.limits import DEFAULT_HTTP2_LIMITS
from authz.http2.listener import GrpcServer, origin
from tests.http2.driving import ECHO, ENDED, GREETING, HEAD, content_of, data, headers, made, split
from tests.http2.echo import METHODS
from tests.http2.running import running
from tests.waiting import DEADLINE, until

HALF = headers(1, ECHO) + data(1, b"\0\0\0\xff\xff")  # a message that announces more than it brings
CALL = headers(1, ECHO) + data(1, b"\0\0\0\0\1a", ENDED)


def server_of(**limits):
    return GrpcServer(METHODS, replace(DEFAULT_HTTP2_LIMITS, **limits))


async def settled(server):
    """Until nothing waits for its turn, and there is not too much."""
    queue, upkeep = server.queue, server.upkeep
    await until(lambda: not (queue._first or queue._later or upkeep._lightening))


def closed(peers):
    return [transport.is_closed for _, transport in peers]


def test_given_more_is_kept_than_may_be_then_the_heaviest_connection_is_hung_up_on():
    async def scenario():
        server = server_of(kept_bytes=40_000)
        peers = [made(server) for _ in range(4)]
        for (protocol, _), size in zip(peers, (3000, 15_000, 100, 3000), strict=True):
            protocol.data_received(GREETING + HALF + data(1, bytes(size)))
        await settled(server)
        assert not server.faults
        peers[0][0].data_received(data(1, bytes(15_000)))
        await settled(server)
        return server.faults, closed(peers), server.upkeep.kept

    faults, hung_up_on, kept = asyncio.run(scenario())
    assert (faults, hung_up_on) == ({"buffered": 1}, [True, False, False, False])
    assert 20_000 < kept <= 30_000


def test_given_one_address_has_many_connections_then_these_go_and_a_heavier_one_of_another_stays():
    async def scenario():
        server = server_of(kept_bytes=100_000)
        other, *many = [made(server, "10.0.0.1"), *(made(server, "10.0.0.2") for _ in range(40))]
        other[0].data_received(GREETING + HALF + data(1, bytes(15_000)))
        for protocol, _ in many:
            protocol.data_received(GREETING + HALF + data(1, bytes(3000)))
        await settled(server)
        return other[1].is_closed, sum(closed(many)), server.upkeep.kept

    is_closed, gone, kept = asyncio.run(scenario())
    assert (is_closed, kept <= 100_000) == (False, True)
    assert 5 < gone < 40


def test_given_too_much_is_kept_then_nobody_is_read_from_until_there_is_less():
    async def scenario():
        server = server_of(kept_bytes=20_000)
        (first, one), (second, other) = made(server), made(server)
        first.data_received(GREETING + HALF + data(1, bytes(12_000)))
        await settled(server)
        assert not one.is_paused
        second.data_received(GREETING + HALF + data(1, bytes(16_000)))
        is_paused = other.is_paused
        await settled(server)
        return is_paused, one.is_paused, closed([(first, one), (second, other)])

    is_paused, stays_paused, hung_up_on = asyncio.run(scenario())
    assert (is_paused, stays_paused, hung_up_on) == (True, False, [False, True])


def crowded(server):
    """Three connections of which two keep too much together, before anything was done about it; the last is light."""
    heavy, other, light = (made(server) for _ in range(3))
    for protocol, _ in (heavy, other):
        protocol.data_received(GREETING + HALF + data(1, bytes(12_000)))
    assert server.upkeep.kept > server.limits.kept_bytes
    return heavy, other, light


def test_given_too_much_is_kept_then_who_keeps_little_goes_on():
    async def scenario():
        server = server_of(kept_bytes=20_000)
        _, (_, other), (protocol, light) = crowded(server)
        protocol.data_received(GREETING + headers(1, ECHO) + data(1, b"\0\0\0\0\2a"))  # it grows, by a stream
        paused, said = (other.is_paused, light.is_paused), len(light.written)
        protocol.data_received(data(1, b"b", ENDED))
        return paused, server.upkeep.kept, content_of(split(light.written[said:]), 1)

    paused, kept, answer = asyncio.run(scenario())
    assert paused == (True, False)
    assert (kept > 20_000, answer) == (True, b"\0\0\0\0\2ab")


def test_given_too_much_is_kept_then_who_grows_beyond_its_share_waits():
    async def scenario():
        server = server_of(kept_bytes=20_000)
        *_, (protocol, light) = crowded(server)
        protocol.data_received(GREETING + HALF)
        was_paused = light.is_paused
        protocol.data_received(data(1, bytes(7000)))
        is_paused = light.is_paused
        await settled(server)
        return was_paused, is_paused, light.is_paused

    assert asyncio.run(scenario()) == (False, True, False)


def test_given_half_is_kept_then_a_read_of_each_is_what_its_share_has_room_for():
    async def scenario():
        server = server_of(kept_bytes=40_000)
        (heavy, _), (light, _) = made(server), made(server)
        before = len(light.get_buffer(-1))
        heavy.data_received(GREETING + HALF + data(1, bytes(22_000)))
        return before, len(heavy.get_buffer(-1)), len(light.get_buffer(-1))

    before, of_heavy, of_light = asyncio.run(scenario())
    assert (before, of_heavy, of_light) == (65_536, 1024, 20_000)


def test_a_fault_of_ours_while_there_is_too_much_ends_one_connection_and_keeps_none_waiting():
    async def scenario(method):
        heard = []
        server = GrpcServer(METHODS, replace(DEFAULT_HTTP2_LIMITS, kept_bytes=20_000), failed=heard.append)
        (first, one), (second, two), (third, three) = crowded(server)
        setattr(first.connection, method, partial(raised, method))
        await settled(server)
        for protocol in (second, third):
            protocol.data_received(GREETING if protocol is third else data(1, bytes(100)))
        await settled(server)
        paused = two.is_paused, three.is_paused
        return [str(each) for each in heard], one.is_aborted, two.is_closed, paused, first.weight, server.upkeep.kept

    for method in ("forget_blocks", "fail"):
        heard, is_aborted, is_closed, paused, weight, kept = asyncio.run(scenario(method))
        assert (heard, is_aborted, is_closed, weight) == ([method], True, False, 0)
        assert (paused, kept < 20_000) == ((False, False), True)


def raised(text, *_):
    raise ZeroDivisionError(text)


def test_given_the_relief_is_broken_off_then_nobody_waits_for_ever():
    async def scenario():
        server = server_of(kept_bytes=20_000)
        _, (protocol, other), _ = crowded(server)
        assert other.is_paused
        server.upkeep._lightening.cancel()
        await settled(server)
        was_paused = other.is_paused
        protocol.data_received(data(1, bytes(100)))  # which tries again, unless the work that went on did
        await settled(server)
        return was_paused, other.is_paused, server.faults, server.upkeep.kept

    *paused, faults, kept = asyncio.run(scenario())
    assert (paused, faults, kept < 20_000) == ([False, False], {"buffered": 1}, True)


def test_a_peer_that_takes_nothing_is_hung_up_on_at_once_and_in_nobodys_place():
    async def scenario():
        server = server_of(kept_bytes=100_000)
        stuck, others = [made(server) for _ in range(2)], [made(server) for _ in range(20)]
        for protocol, _ in others:
            protocol.data_received(GREETING + HALF + data(1, bytes(1000)))
        for protocol, transport in stuck:
            protocol.data_received(GREETING)
            transport.unsent = 60_000
            protocol.pause_writing()
        await settled(server)
        return [transport.is_aborted for _, transport in stuck], closed(others), server.upkeep.kept

    aborted, hung_up_on, kept = asyncio.run(scenario())
    assert sum(aborted) >= 1
    assert not any(hung_up_on)
    assert kept <= 100_000


def test_a_fault_of_ours_in_one_connections_tick_leaves_the_others_theirs():
    async def scenario():
        heard = []
        server = GrpcServer(METHODS, replace(DEFAULT_HTTP2_LIMITS, greeting_seconds=-1.0), failed=heard.append)
        (first, broken), (_, late) = made(server), made(server)
        first.connection.tick = partial(raised, "tick")
        await server.upkeep.check()
        return [str(each) for each in heard], broken.is_aborted, late.is_closed

    assert asyncio.run(scenario()) == (["tick"], True, True)


def test_given_remembered_blocks_are_too_much_then_they_are_forgotten_and_nobody_is_hung_up_on():
    async def scenario():
        server = server_of(kept_bytes=30_000)
        peers = [made(server) for _ in range(12)]
        kept = []
        for protocol, _ in peers:
            protocol.data_received(GREETING)
            for number in range(1, 30, 2):
                protocol.data_received(headers(number, HEAD + literal(b"x", b"%d" % number), 5))
            kept.append(server.upkeep.kept)
            await settled(server)
        return max(kept), server.upkeep.kept, closed(peers)

    most, last, hung_up_on = asyncio.run(scenario())
    assert most > 25_000
    assert last < 30_000
    assert not any(hung_up_on)


def test_half_header_blocks_and_half_frames_count():
    async def scenario():
        server = server_of()
        (first, _), (second, _) = made(server), made(server)
        first.data_received(GREETING + headers(1, HEAD + bytes(10_000), 0))
        second.data_received(GREETING + headers(1, HEAD + bytes(10_000))[:8000])
        for _ in range(3):  # of the event loop: their turns
            await asyncio.sleep(0)
        return first.weight, second.weight

    first, second = asyncio.run(scenario())
    assert first >= 10_000
    assert second >= 7000


def test_what_a_connection_kept_is_kept_no_more_when_it_is_gone():
    async def scenario():
        server = server_of()
        protocol, _ = made(server)
        protocol.data_received(GREETING + HALF + data(1, bytes(3000)))
        before = server.upkeep.kept
        protocol.connection_lost(None)
        return before, server.upkeep.kept

    before, after = asyncio.run(scenario())
    assert before > 3000
    assert after == 0


async def looked(server, times=3):
    for _ in range(times):
        await server.upkeep.check()


def test_given_all_places_are_taken_then_a_connection_without_calls_makes_room_for_another():
    async def scenario():
        server = server_of(connections=3)
        quiet, busy, known = (made(server) for _ in range(3))
        for protocol, _ in (quiet, busy, known):
            protocol.data_received(GREETING)
        busy[0].data_received(HALF)
        known[0].data_received(CALL)
        assert not server.upkeep.enter("127.0.0.1")  # nobody is known to be without calls
        await looked(server)
        first = server.upkeep.enter("127.0.0.1")
        told = split(quiet[1].written)[-1][0]
        quiet[0].connection_lost(None)
        gone = closed((quiet, busy, known))
        await looked(server)
        second = server.upkeep.enter("127.0.0.1")
        known[0].connection_lost(None)
        await looked(server)
        return first, told, gone, second, closed((quiet, busy, known)), server.upkeep.enter("127.0.0.1"), server.faults

    first, told, gone, second, then, third, faults = asyncio.run(scenario())
    assert (first, told, gone) == (True, GOAWAY, [True, False, False])  # who never asked goes first
    assert (second, then) == (True, [True, False, True])
    assert (third, faults) == (False, {})  # whoever is in a call stays


def test_who_has_many_places_takes_none_from_who_has_few():
    async def scenario():
        server = server_of(connections=3)
        few, *many = made(server, "10.0.0.1"), made(server, "10.0.0.2"), made(server, "10.0.0.2")
        for protocol, _ in (few, *many):
            protocol.data_received(GREETING)
        await looked(server)
        assert server.upkeep.enter("10.0.0.2")
        return closed([few, *many])

    assert asyncio.run(scenario()) == [False, True, False]


def test_a_connection_that_began_a_call_since_makes_no_room():
    async def scenario():
        server = server_of(connections=1)
        protocol, transport = made(server)
        protocol.data_received(GREETING)
        await looked(server)
        protocol.data_received(HALF)
        return server.upkeep.enter("127.0.0.1"), transport.is_closed

    assert asyncio.run(scenario()) == (False, False)


def test_given_calls_of_one_address_have_all_places_then_its_newest_connection_ends_for_another_address():
    async def scenario():
        server = server_of(connections=3)
        peers = [made(server, "10.0.0.2") for _ in range(3)]
        for protocol, _ in peers:
            protocol.data_received(GREETING)
            protocol.data_received(HALF)
        await looked(server)
        own, other = server.upkeep.enter("10.0.0.2"), server.upkeep.enter("10.0.0.1")
        frames = split(peers[2][1].written)
        peers[2][0].connection_lost(None)
        return own, other, frames[-1][0], closed(peers), dict(server.faults)

    own, other, told, gone, faults = asyncio.run(scenario())
    assert (own, other) == (False, True)
    assert (told, gone, faults) == (GOAWAY, [False, False, True], {"connections": 1})


def test_given_calls_of_two_addresses_share_all_places_then_neither_takes_from_the_other():
    async def scenario():
        server = server_of(connections=3)
        peers = [made(server, "10.0.0.1"), made(server, "10.0.0.2"), made(server, "10.0.0.2")]
        for protocol, _ in peers:
            protocol.data_received(GREETING)
            protocol.data_received(HALF)
        await looked(server)
        return server.upkeep.enter("10.0.0.1"), server.upkeep.enter("10.0.0.2"), closed(peers)

    assert asyncio.run(scenario()) == (False, False, [False, False, False])


def test_a_caller_finds_a_place_though_calls_of_another_address_have_them_all():
    limits = replace(DEFAULT_HTTP2_LIMITS, connections=20)
    with running(limits=limits) as server, ExitStack() as stack:
        where = ("127.0.0.1", server.port)
        for _ in range(20):
            busy = stack.enter_context(socket.create_connection(where, DEADLINE, ("127.0.0.2", 0)))
            busy.sendall(GREETING + HALF)

        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            call = channel.unary_unary("/echo.Echo/Unary")
            assert call(b"a", timeout=DEADLINE, wait_for_ready=True) == b"a"


def test_a_client_finds_a_place_though_idle_connections_have_them_all():
    with running(limits=replace(DEFAULT_HTTP2_LIMITS, connections=20)) as server, ExitStack() as stack:
        for _ in range(20):
            idle = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), DEADLINE))
            idle.sendall(GREETING)

        with grpc.insecure_channel(f"127.0.0.1:{server.port}") as channel:
            call = channel.unary_unary("/echo.Echo/Unary")
            assert call(b"a", timeout=DEADLINE, wait_for_ready=True) == b"a"


def test_where_a_peer_is():
    assert origin(socket.AF_INET, ("10.0.0.1", 5)) == "10.0.0.1"
    assert origin(socket.AF_INET6, ("::ffff:10.0.0.1", 5, 0, 0)) == "10.0.0.1"
    assert origin(socket.AF_INET6, ("2001:db8:1:2:3::4", 5, 0, 0)) == "2001:db8:1:2::/64"
    assert origin(socket.AF_INET6, ("fe80::1%eth0", 5, 0, 2)) == "fe80::/64"
    assert origin(socket.AF_UNIX, "") == "unix"


def test_a_frame_that_was_begun_must_end():
    async def scenario(sent):
        server = server_of(request_seconds=60.0)
        protocol, transport = made(server)
        protocol.data_received(GREETING + sent)
        await until(lambda: not protocol.connection.is_behind)
        clock = [protocol.connection._clock()]
        protocol.connection._clock = lambda: clock[0]
        for _ in range(4):
            protocol.tick(0.0)
            clock[0] += 25.0
        return transport.is_closed, dict(server.faults)

    for sent in (headers(1, HEAD, 0), headers(1, HEAD)[:-1], data(1, b"x")[:5]):
        assert asyncio.run(scenario(sent)) == (True, {"slow_writer": 1})
    assert asyncio.run(scenario(b"")) == (False, {})
