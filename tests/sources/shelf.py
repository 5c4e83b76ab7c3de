"""A source in memory: what a follower makes of it is decided by the test, not by a disk."""

from authz.errors import InvalidAccountError, Problem, SourceError
from authz.sources.source import Look


class Shelf:
    """Accounts by key. `before_load` and `before_look` are called so that a test may act in between."""

    def __init__(self, **accounts):
        self._stamps = {}
        self._contents = {}
        self._bare = {}
        self.is_unreadable = False
        self.is_quiet = True
        self.loaded = []
        self.looks = 0
        self.is_slow = False
        self.looked_at = []
        self.before_load = lambda: None
        self.before_look = lambda: None
        self.put(**accounts)

    def put(self, **accounts):
        """A new version of each: an account, or the message of the one problem that it has."""
        for key, content in accounts.items():
            self._contents[key] = content
            self._bare.pop(key, None)
            self._stamps[key] = self._stamps.get(key, 0) + 1

    def take(self, *keys, leaving_bare=False):
        """Remove accounts; or only their main files, so that bare places are left."""
        for key in keys:
            del self._contents[key]
            if leaving_bare:
                self._bare[key] = self._stamps[key] = self._stamps[key] + 1

    def look(self):
        self.before_look()
        self.looks += 1
        if self.is_unreadable:
            raise SourceError("cannot read the shelf")
        return Look({key: self._stamps[key] for key in self._contents}, dict(self._bare))

    def look_at(self, keys):
        self.before_look()
        self.looked_at.append(sorted(keys))
        accounts = {key: self._stamps[key] for key in keys if key in self._contents}
        return Look(accounts, {key: self._bare[key] for key in keys if key in self._bare})

    def is_settled(self, keys):
        return self.is_quiet or not keys

    def load(self, key):
        self.before_load()
        self.loaded.append(key)
        content = self._contents.get(key, "the main file is missing")
        if isinstance(content, str):
            raise InvalidAccountError([Problem("Broken", content, file=self.missing(key), line=1)])
        return content

    def slow_down(self):
        self.is_slow = True

    def missing(self, key):
        return f"{key}/main"
