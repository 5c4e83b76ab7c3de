"""The condition keys of a request, and the time for which their values are valid."""

import math
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from authz.context import TagKey, tag_key
from authz.language.condition import CURRENT_TIME


class Facts:
    """The condition keys of one request; keys that the engine sets (`identity`) override those of the caller.

    `keys_read` are the keys of the context, as given, whose values were read so far.

    `window` is in seconds since the epoch: while the clock is in it, reading the same keys gives the same outcomes. It
    is None unless the server's clock was read.
    """

    __slots__ = ("_context", "_identity", "_read", "_tagged", "_time", "keys_read", "window")

    def __init__(
        self, context: Mapping[str, tuple[str, ...]], identity: Mapping[str, tuple[str, ...]], now: float | None
    ) -> None:
        self._context = context
        self._identity = identity
        self._time = now
        self._tagged: dict[TagKey, tuple[str, ...]] = {}
        self._read: dict[tuple[str, Callable[[str], Any]], tuple[Any, ...]] = {}
        self.keys_read: set[str] = set()
        self.window: tuple[float, float] | None = None

    @property
    def now(self) -> int | None:
        """The server's clock in whole seconds."""
        return None if self._time is None else math.floor(self._time)

    def values(self, key: str) -> tuple[str, ...]:
        """The values of a canonical key; empty if the request does not have it.

        `qcs:current_time` is the server's clock in whole seconds if the caller does not supply it.
        """
        known = self._identity.get(key)
        if known is not None:
            return known
        tag = tag_key(key)
        if tag is not None:
            return self._tags(tag)
        if key == CURRENT_TIME and self.reads_clock and self.now is not None:
            return (datetime.fromtimestamp(self.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),)
        return self._given(key)

    def read(self, key: str, reader: Callable[[str], Any]) -> tuple[Any, ...]:
        """The values of a canonical key parsed by `reader`, each once; None for a value that raises ValueError."""
        asked = key, reader
        read = self._read.get(asked)
        if read is None:
            read = self._read[asked] = tuple([_attempt(reader, text) for text in self.values(key)])
        return read

    def _given(self, key: str) -> tuple[str, ...]:
        values = self._context.get(key)
        if values is None:
            return ()
        self.keys_read.add(key)
        return values

    @property
    def reads_clock(self) -> bool:
        """Whether the current time is the server's, since the caller supplies none."""
        return not self._given(CURRENT_TIME)

    def hold(self, start: float, end: float) -> None:
        """Narrow the time for which everything read so far is valid."""
        before = self.window or (start, end)
        self.window = max(before[0], start), min(before[1], end)

    def _tags(self, wanted: TagKey) -> tuple[str, ...]:
        """The tags of a family, collected once, since that reads the whole context."""
        tags = self._tagged.get(wanted)
        if tags is None:
            tags = self._tagged[wanted] = tuple(self._collected(wanted))
        return tags

    def _collected(self, wanted: TagKey) -> Iterator[str]:
        """Tags of a family, given as `key&value` under the bare key or `value` under `…/key`, in the wanted form."""
        for key, values in self._context.items():
            given = tag_key(key)
            if given is None or given.family != wanted.family:
                continue
            self.keys_read.add(key)
            for value in values:
                if given.tag:
                    own_key, own_value = given.tag, value
                else:
                    own_key, _, own_value = value.partition("&")
                if not wanted.tag:
                    yield f"{own_key}&{own_value}" if given.tag else value
                elif own_key == wanted.tag:
                    yield own_value


def _attempt(reader: Callable[[str], Any], text: str) -> Any:
    try:
        return reader(text)
    except ValueError:
        return None


NO_FACTS = Facts({}, {}, None)
"""Facts for plans that read no conditions."""
