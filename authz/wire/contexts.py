"""Checks a context that no statement reads, without making a protobuf message.

Such a context differs from call to call (address, time, trace), so callers that send one need this check at nearly
every call. `tests/wire/test_contexts.py` compares it with protobuf.
"""

from collections.abc import Callable

from authz.engine.bounds import Bounds
from authz.engine.request import value_check

_ENTRY, _KEY, _VALUE, _TEXT = 0x22, 0x0A, 0x12, 0x0A  # tags of the entry, its two fields, and the value's text
_AROUND = 8  # bytes of an entry in addition to its key and its text: these tags, each with a length
_MOST_FORMS = 1024  # kept at a time; callers choose them, so their number is bounded

Check = Callable[[str], object]


class ContextChecker:
    """Recognizes context entries by the bytes that precede the text of the value: the key and the lengths.

    A context that it accepts is within `bounds`.
    """

    def __init__(self, bounds: Bounds) -> None:
        # No entry is shorter than _AROUND + 1, and each has one value.
        self._room = min(bounds.context_keys * (_AROUND + 1), bounds.context_bytes)
        self._forms: dict[bytes, tuple[int, Check | None]] = {}

    def is_valid(self, data: bytes, at: int) -> bool:
        """Whether a CheckRequest has only valid context entries from `at` on.

        False also for contexts that need the full check, with values that are not ASCII or keys without one value.
        """
        size = len(data)
        if size - at > self._room:
            return False
        forms = self._forms
        try:
            while at < size:
                start = at + _AROUND + data[at + 3]
                form = data[at:start]
                length, check = forms.get(form) or self._learn(form)
                at = start + length
                text = data[start:at].decode("ascii")
                if check is not None:
                    check(text)
        except (IndexError, ValueError):
            return False
        return at == size

    def _learn(self, form: bytes) -> tuple[int, Check | None]:
        """The length of the text that follows, and a check that raises ValueError for an invalid text.

        Raises:
            ValueError: if `form` is not of the usual form, or the key is not valid.
        """
        key, length = form[4:-4], form[-1]
        size = len(key) + length + _AROUND - 2
        if size >= 0x80:  # not a length of one byte; the other lengths are smaller
            raise ValueError("long")
        if form != bytes((_ENTRY, size, _KEY, len(key))) + key + bytes((_VALUE, length + 2, _TEXT, length)):
            raise ValueError("unusual")
        known = length, value_check(key.decode("ascii"))
        if len(self._forms) < _MOST_FORMS:
            self._forms[form] = known
        return known
