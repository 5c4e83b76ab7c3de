"""A program for test_forks that asks, forks and asks on: `client TARGET CACHE_SIZE` or `engine DIRECTORY`.

Each of its processes prints its name when all answers were right, and again once it was refused what it was allowed.
"""

import os
import sys

from authz import Engine
from authz.client import Client
from tests.sidecar import eventually, user
from tests.waiting import DEADLINE

EXPECTED = {("100001", "sms:SendSms"): True, ("100002", "sms:SendSms"): False, ("100001", "sms:GetSms"): False}
CHILDREN = 3


def connected(kind, where, *more):
    if kind == "engine":
        return Engine.from_directory(where, follow=True)
    client = Client(where, timeout=DEADLINE, cache_size=int(more[0]), cache_ttl=600)
    if client._memory is not None:
        eventually(lambda: client.check(user(), "sms:SendSms") and len(client._memory) == 1)
    return client


def ask_on(asked, name):
    for number in range(100):
        for (uin, action), allowed in EXPECTED.items():
            assert asked.check(user(uin), action).allowed is allowed, (name, number, uin, action)
    os.write(1, f"{name}\n".encode())  # whole, whoever else writes
    eventually(lambda: not asked.check(user(), "sms:SendSms").allowed)
    os.write(1, f"{name}\n".encode())


def main(*arguments):
    with connected(*arguments) as asked:
        assert asked.check(user(), "sms:SendSms").allowed
        children = []
        for number in range(CHILDREN):
            child = os.fork()
            if child == 0:
                ask_on(asked, f"child {number}")
                sys.exit(0)
            children.append(child)
        ask_on(asked, "parent")
        # Children that end must leave the parent's connection as it is.
        for child in children:
            assert os.waitpid(child, 0)[1] == 0
        assert not asked.check(user(), "sms:SendSms").allowed


if __name__ == "__main__":
    main(*sys.argv[1:])
