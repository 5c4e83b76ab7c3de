"""The context of a question that nobody reads, looked over without making a protobuf message.

It differs from call to call, by address, time and trace, so this is done at nearly every call of those who send it.
"""

from collections.abc import Callable

from authz.engine.bounds import Bounds
from authz.engine.request import value_check

_ENTRY, _KEY, _VALUE, _TEXT = 0x22, 0x0A, 0x12, 0x0A  # tags: in CheckRequest, in its entry twice, in ContextValue
_AROUND = 8  # bytes of an entry beside its key and its text: these tags, and a length after each
_MOST_FORMS = 1024  # that are known by sight; callers write them, so they must not grow for ever

Check = Callable[[str], object]


class Contexts:
    """Knows entries of contexts by sight, by all that is before their text: the key, and what lengths there are.

    What it takes for sound is within `bounds`.
    """

    def __init__(self, bounds: Bounds) -> None:
        # No entry is shorter, and each has one value.
        self._room = min(bounds.context_keys * (_AROUND + 1), bounds.context_bytes)
        self._forms: dict[bytes, tuple[int, Check | None]] = {}

    def are_sound(self, data: bytes, at: int) -> bool:
        """Whether entries of the context are all that is in a CheckRequest from `at` on, and such as can be taken.

        False also where only reading all of it can tell: values that are not ASCII, or not one to a key.
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
        """The length of the text that follows, and what raises ValueError for one that cannot be taken.

        Raises:
            ValueError: if it is no usual form, or of no key.
        """
        key, length = form[4:-4], form[-1]
        size = len(key) + length + _AROUND - 2
        if size >= 0x80:  # a length of one byte; the others are shorter
            raise ValueError("long")
        if form != bytes((_ENTRY, size, _KEY, len(key))) + key + bytes((_VALUE, length + 2, _TEXT, length)):
            raise ValueError("unusual")
        known = length, value_check(key.decode("ascii"))
        if len(self._forms) < _MOST_FORMS:
            self._forms[form] = known
        return known
