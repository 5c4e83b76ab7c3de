"""Handshakes begin in turns: no address has all of them, and whoever waits has a place soon."""

import asyncio
import socket

import pytest

from authz.http2 import handshakes
from authz.http2.handshakes import Handshakes
from tests.waiting import until


class Door:
    """Handshakes that never end by themselves, with the sockets of their clients; times are set by hand."""

    def __init__(self, monkeypatch, at_once=4):
        monkeypatch.setattr(handshakes, "_AT_ONCE", at_once)
        monkeypatch.setattr(handshakes, "_now", lambda: self.now)
        self.now = 100.0
        self.begun = []
        self.handshakes = Handshakes(self.begun.append)

    def come(self, address, times=1):
        for _ in range(times):
            ours, theirs = socket.socketpair()
            theirs.close()
            self.handshakes.add(ours, address, None)

    @property
    def addresses(self):
        return [each.address for each in self.begun]

    def close(self):
        for each in [*self.handshakes.all(), *self.begun]:
            each.accepted.close()


@pytest.fixture
def door(monkeypatch):
    made = Door(monkeypatch)
    yield made
    made.close()


def test_one_address_has_no_more_than_its_share_and_another_begins_at_once(door):
    async def scenario():
        door.come("a", 20)
        assert door.addresses == ["a", "a", "a"]
        door.come("b")

    asyncio.run(scenario())
    assert door.addresses == ["a", "a", "a", "b"]


def test_the_lines_of_addresses_take_turns(door):
    async def scenario():
        door.come("a", 20)
        for address in "bcd":
            door.come(address)
        for _ in range(4):
            door.handshakes.ended(door.begun[0])
            door.begun.pop(0).accepted.close()
        return door.addresses

    assert asyncio.run(scenario()) == ["a", "c", "d", "a"]


def test_while_somebody_waits_the_oldest_goes_when_it_had_its_time(door, monkeypatch):
    monkeypatch.setattr(handshakes, "_FAIR_SECONDS", 1.0)

    async def scenario():
        door.come("a", 3)
        door.come("b", 2)
        assert len(door.begun) == 4
        door.now += 0.5
        door.handshakes._make_room()
        assert len(door.begun) == 4
        door.now += 1.0
        door.handshakes._make_room()
        return door.addresses[4:]

    assert asyncio.run(scenario()) == ["b"]


def test_nobody_goes_for_an_address_that_could_not_begin_another(door):
    async def scenario():
        door.come("b")
        door.come("a", 20)
        door.now += 5
        door.handshakes._make_room()
        return door.addresses

    assert asyncio.run(scenario())[:4] == ["b", "a", "a", "a"]
    assert set(door.addresses[4:]) == {"a"}
    assert door.begun[0] in door.handshakes._under_way  # it was the oldest


def test_what_takes_too_long_is_taken_out_whether_it_waits_or_is_under_way(door):
    async def scenario():
        door.come("a", 5)
        door.now += 9
        assert not list(door.handshakes.overdue(10))
        door.come("b")
        door.now += 2
        overdue = list(door.handshakes.overdue(10))
        assert not list(door.handshakes.overdue(10))
        for each in overdue:
            each.accepted.close()
        return [(each.address, each.has_begun) for each in overdue]

    assert sorted(asyncio.run(scenario())) == [("a", False), ("a", False), *[("a", True)] * 3]


def test_the_client_of_one_that_is_given_up_hears_of_it():
    async def scenario(has_begun):
        ours, theirs = socket.socketpair()
        handshake = handshakes.Handshake(ours, "a", None, 0.0, has_begun=has_begun)
        handshake.give_up()
        is_closed = ours.fileno() < 0
        heard = theirs.recv(1)
        ours.close()
        theirs.close()
        return heard, is_closed

    assert asyncio.run(scenario(has_begun=False)) == (b"", True)
    assert asyncio.run(scenario(has_begun=True)) == (b"", False)  # its transport closes it


def test_a_timer_makes_room_though_nothing_else_happens(monkeypatch):
    monkeypatch.setattr(handshakes, "_AT_ONCE", 1)
    monkeypatch.setattr(handshakes, "_FAIR_SECONDS", 0.01)
    begun = []

    async def scenario():
        door = Handshakes(begun.append)
        pairs = [socket.socketpair() for _ in range(3)]
        for ours, _ in pairs:
            door.add(ours, "a", None)
        await until(lambda: len(begun) == 3)
        list(door.all())
        for pair in pairs:
            for each in pair:
                each.close()

    asyncio.run(scenario())
