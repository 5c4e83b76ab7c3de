"""What a request says of its circumstances, by condition key, and how long that stays so."""

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from authz.language.condition import CURRENT_TIME, REQUEST_TAG, RESOURCE_TAG, canonical_key

_TAG_KEYS = (RESOURCE_TAG, REQUEST_TAG)


class Facts:
    """The condition keys of one request. What the engine knows itself (`identity`) wins over what the caller says.

    `window` are seconds since the epoch: as long as the clock stays in it, reading the same keys gives the same
    outcomes. It is None unless the server's clock was read.
    """

    __slots__ = ("_context", "_identity", "_time", "window")

    def __init__(
        self, context: Mapping[str, tuple[str, ...]], identity: Mapping[str, tuple[str, ...]], now: float | None
    ) -> None:
        self._context = context
        self._identity = identity
        self._time = now
        self.window: tuple[float, float] | None = None

    @property
    def now(self) -> int | None:
        """The server's clock in whole seconds."""
        return None if self._time is None else math.floor(self._time)

    def values(self, key: str) -> tuple[str, ...]:
        """The values of a canonical key; none where the request does not have it.

        `qcs:current_time` is the server's clock in whole seconds when the caller gives none.
        """
        known = self._identity.get(key)
        if known is not None:
            return known
        if key.startswith(_TAG_KEYS):
            return tuple(self._tags(key))
        if key == CURRENT_TIME and self.reads_clock and self.now is not None:
            return (datetime.fromtimestamp(self.now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),)
        return self._context.get(key, ())

    @property
    def reads_clock(self) -> bool:
        """Whether the current time is the server's, since the caller gave none."""
        return not self._context.get(CURRENT_TIME)

    def hold(self, start: float, end: float) -> None:
        """Narrow the time for which everything read so far stays as it is."""
        before = self.window or (start, end)
        self.window = max(before[0], start), min(before[1], end)

    def _tags(self, key: str) -> Iterator[str]:
        """Tags stand as `key&value` under the bare key, or as `value` under `…/key`; each is read both ways."""
        bare, _, wanted = key.partition("/")
        for given, values in self._context.items():
            name, _, tag_key = canonical_key(given).partition("/")
            if name != bare:
                continue
            for value in values:
                if tag_key:
                    own_key, own_value = tag_key, value
                else:
                    own_key, _, own_value = value.partition("&")
                if not wanted:
                    yield f"{own_key}&{own_value}" if tag_key else value
                elif own_key == wanted:
                    yield own_value


NO_FACTS = Facts({}, {}, None)
"""For plans that read none; nothing is ever read of it, so all may share it."""
