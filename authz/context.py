"""The context of a request: condition keys, which of them are told by the same values, and what values are taken.

Engine and clients read contexts by these rules alike, so they stand below both.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

GivenContext = Mapping[str, str | Collection[str]]
"""Condition keys and their values, as callers may give them: a text is one value, a list, tuple or set several."""

RESOURCE_TAG = "qcs:resource_tag"
REQUEST_TAG = "qcs:request_tag"

TAG_FAMILIES = frozenset({RESOURCE_TAG, REQUEST_TAG})
"""The bare keys of tags."""
_OLD_TAG = "qcs:tag"
_SETS = (set, frozenset)
_SEVERAL = (tuple, list, *_SETS)  # known without asking their abstract class, which takes longer
_BYTES = (bytes, bytearray, memoryview)
_EXPECTED = "expected a text, or a list, tuple or set of texts"
_KEPT = 64  # characters; what is longer is read each time, since callers write it and memory is kept for it


class TagKey(NamedTuple):
    """A condition key of tags; `tag` is the key of the one tag that it is about, empty where it is about all."""

    family: str
    tag: str


def canonical_key(key: str) -> str:
    """The key without stray blanks, and by its present name where it has an old one (cam-language 2.4)."""
    key = key.strip()
    if key.startswith(_OLD_TAG):
        rest = key.removeprefix(_OLD_TAG)
        if not rest or rest.startswith("/"):
            return RESOURCE_TAG + rest
    return key


def tag_key(key: str) -> TagKey | None:
    """What a condition key says of tags; None for every key but `qcs:resource_tag`, `qcs:request_tag` and theirs.

    Theirs are `…/<tag key>` (cam-language 2.4). What only begins like them (`qcs:resource_tags`) is a key like others.
    """
    return _known_tag_key(key) if len(key) <= _KEPT else _tag_key(key)


def _tag_key(key: str) -> TagKey | None:
    family, _, tag = canonical_key(key).partition("/")
    return TagKey(family, tag) if family in TAG_FAMILIES else None


_known_tag_key = lru_cache(maxsize=1024)(_tag_key)  # the keys of policies and callers repeat


def key_family(key: str) -> str:
    """The same for all keys that are told by one another's values: the bare key of tags; any other key is alone.

    `qcs:resource_tag/dept` is told by `qcs:resource_tag` too, and the other way round (cam-language 2.3).
    """
    tag = tag_key(key)
    return key if tag is None else tag.family


def read_context_values(given: GivenContext | None) -> dict[str, tuple[str, ...]]:
    """The values of all keys; None is no context.

    Raises:
        TypeError: for what is not a mapping of texts to texts; see read_values.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise TypeError(f"expected a mapping of condition keys to their values, not {_kind(given)}")
    found: dict[str, tuple[str, ...]] = {}
    for key, values in given.items():
        if not _is_text(key):
            raise TypeError(f"the condition key {key!r:.80} is {_kind(key)}; expected a text")
        found[key] = read_values(key, values)
    return found


def read_values(key: str, given: object) -> tuple[str, ...]:
    """The values of one key: a text is one, a sequence or set of texts is as many; those of a set come in order.

    Bytes, numbers, mappings and iterators are refused, and so is what holds anything but texts: taken apart, they would
    be other values than was meant, and a deny on the right one would not apply.

    Raises:
        TypeError: naming the key, what was given and what is expected.
    """
    if isinstance(given, str) and given.isascii():
        return (given,)
    values = (given,) if isinstance(given, str) else given
    if not isinstance(values, _SEVERAL) and (isinstance(values, _BYTES) or not isinstance(values, Sequence)):
        raise TypeError(f"`{key:.80}` is given as {_kind(given)}; {_EXPECTED}")
    for value in values:
        if not (isinstance(value, str) and value.isascii()) and not _is_text(value):
            raise TypeError(f"a value of `{key:.80}` is {_kind(value)}; {_EXPECTED}")
    return tuple(sorted(values)) if isinstance(values, _SETS) else tuple(values)


def _is_text(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return value.isascii() or bool(value.encode())
    except UnicodeEncodeError:  # half a surrogate pair, which is no text elsewhere
        return False


def _kind(value: object) -> str:
    if isinstance(value, str):
        return "half a surrogate pair"
    return "None" if value is None else f"of type {type(value).__name__}"
