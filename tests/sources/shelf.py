"""A source in memory with revisions of its own: what a follower makes of it is decided by the test, not by a disk."""

import asyncio

from authz.errors import Problem, SourceError
from authz.sources.source import Unsettled, Update


class Shelf:
    """Accounts by key. `before_read` and `before_survey` are called so that a test may act in between."""

    def __init__(self, **accounts):
        self._versions = {}
        self._contents = {}
        self._read = {}
        self._bare = set()
        self._changed = asyncio.Queue()
        self.revision = 0
        self.has_revisions = True
        self.is_unreadable = False
        self.unsettled = {}
        self.long = set()
        self.loaded = []
        self.surveys = 0
        self.before_read = lambda: None
        self.before_survey = lambda: None
        self.put(**accounts)

    def put(self, **accounts):
        """A new version of each: an account, or the message of the one problem that it has."""
        for key, content in accounts.items():
            self._contents[key] = content
            self._bare.discard(key)
            self._move_on(key)

    def take(self, *keys, leaving_bare=False):
        """Remove accounts; or only their main files, so that broken ones are left."""
        for key in keys:
            del self._contents[key]
            if leaving_bare:
                self._bare.add(key)
            self._move_on(key)

    def _move_on(self, key):
        self.revision += 1
        self._versions[key] = self.revision

    def tell(self, *keys):
        """Say that these changed, or that anything may have."""
        self._changed.put_nowait(frozenset(keys) if keys else None)

    def survey(self, *, is_thorough):  # noqa: ARG002 - it has but one way
        self.before_survey()
        self.surveys += 1
        if self.is_unreadable:
            raise SourceError("cannot read the shelf")
        keys = (self._contents.keys() | self._bare | self._read.keys()) - {
            key for key in self._bare if key not in self._read
        }
        return frozenset(key for key in keys if self._read.get(key) != self._version(key))

    def _version(self, key):
        return self._versions[key] if key in self._contents or key in self._bare else None

    def read(self, keys, *, is_long):
        update = {"changed": {}, "faults": {}, "unsettled": {}}
        unchanged, removed, deferred = set(), set(), set()
        for key in keys:
            self.before_read()
            if self.is_unreadable:
                raise SourceError("cannot read the shelf")
            if key in self.unsettled:
                update["unsettled"][key] = self.unsettled[key]
                continue
            if key in self.long and not is_long:
                deferred.add(key)
                continue
            self.loaded.append(key)
            content = self._contents.get(key, "the main file is missing" if key in self._bare else None)
            if content is None or (key in self._bare and key not in self._read):
                self._read.pop(key, None)
                removed.add(key)
            elif self._read.get(key) == self._versions[key]:
                unchanged.add(key)
            elif isinstance(content, str):
                update["faults"][key] = (Problem("Broken", content, file=self.name_of(key), line=1),)
                self._read[key] = self._versions[key]
            else:
                update["changed"][key] = content
                self._read[key] = self._versions[key]
        return Update(
            **update,
            unchanged=frozenset(unchanged),
            removed=frozenset(removed),
            deferred=frozenset(deferred),
            revision=self.revision if self.has_revisions else None,
        )

    def forget(self, keys):
        for key in keys:
            self._read.pop(key, None)

    async def changes(self):
        while True:
            yield await self._changed.get()

    @property
    def poll_seconds(self):
        return 3600.0

    def name_of(self, key):
        return f"{key}/main"


def waiting(seconds=3600.0):
    """A version that is not whole."""
    return Unsettled("a/main", "somebody writes it", seconds)
