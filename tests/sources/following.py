"""A follower with a source in memory, each step of which is one call."""

import asyncio

from authz.engine.live import Engine
from authz.sources.follower import Follower
from tests.builders import account, allow, policy
from tests.sources.folders import allowed
from tests.sources.shelf import Shelf


def granting(uin):
    return account(uin=str(uin), own=[policy("p", allow("*"))])


def empty(uin):
    return account(uin=str(uin))


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


class Following:
    """A follower with its shelf and engine; each step is one call."""

    def __init__(self, **accounts):
        self.shelf = Shelf(**accounts)
        self.engine = Engine()
        self.clock = Clock()
        self.follower = Follower(self.shelf, self.engine, clock=self.clock)

    def load(self, progress=lambda _done, _total: None, *, allow_broken=False):
        return asyncio.run(self.follower.load(progress, allow_broken=allow_broken))

    def refresh(self, times=1):
        for _ in range(times):
            asyncio.run(self.follower.refresh())

    def answers(self, *uins):
        """Of each account: whether its user may do something, None where it is not in force."""
        return [allowed(self.engine, uin) for uin in uins]

    def faults(self):
        """The messages by key."""
        return {key: [each.message for each in fault.problems] for key, fault in self.follower.status.faults.items()}


def loaded(**accounts):
    following = Following(**accounts)
    assert following.load() == ()
    return following
