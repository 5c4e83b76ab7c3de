"""Rules for the context of a request: names of condition keys, families of keys, and accepted values.

The engine and the clients share these rules.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

GivenContext = Mapping[str, str | Collection[str]]
"""Condition keys and their values as callers pass them: a string is one value; a list, tuple or set is several."""

RESOURCE_TAG = "qcs:resource_tag"
REQUEST_TAG = "qcs:request_tag"

TAG_FAMILIES = frozenset({RESOURCE_TAG, REQUEST_TAG})
"""The condition keys for tags, without a tag key."""
_OLD_TAG = "qcs:tag"
_SETS = (set, frozenset)
_SEVERAL = (tuple, list, *_SETS)  # faster to check than their abstract base class
_BYTES = (bytes, bytearray, memoryview)
_EXPECTED = "expected a string, or a list, tuple or set of strings"
_KEPT = 64  # characters of a key that may be cached; callers choose the keys, so longer ones would waste memory


class TagKey(NamedTuple):
    """A condition key for tags; `tag` is the key of one tag, or empty for all tags."""

    family: str
    tag: str


def canonical_key(key: str) -> str:
    """The key without surrounding blanks; an old name is replaced by the current one (cam-language 2.4)."""
    key = key.strip()
    if key.startswith(_OLD_TAG):
        rest = key.removeprefix(_OLD_TAG)
        if not rest or rest.startswith("/"):
            return RESOURCE_TAG + rest
    return key


def tag_key(key: str) -> TagKey | None:
    """Parse a condition key for tags; None for any other key.

    These are `qcs:resource_tag` and `qcs:request_tag`, alone or followed by `/<tag key>` (cam-language 2.4). A key that
    only begins with one of them (`qcs:resource_tags`) is not a key for tags.
    """
    return _known_tag_key(key) if len(key) <= _KEPT else _tag_key(key)


def _tag_key(key: str) -> TagKey | None:
    family, _, tag = canonical_key(key).partition("/")
    return TagKey(family, tag) if family in TAG_FAMILIES else None


_known_tag_key = lru_cache(maxsize=1024)(_tag_key)  # the keys of policies and requests repeat


def key_family(key: str) -> str:
    """The family of a key: keys of one family share values.

    `qcs:resource_tag/dept` also reads the values of `qcs:resource_tag`, and the reverse (cam-language 2.3). The family
    of a key for tags is the key without a tag key; any other key is its own family.
    """
    tag = tag_key(key)
    return key if tag is None else tag.family


def read_context_values(given: GivenContext | None) -> dict[str, tuple[str, ...]]:
    """The values of all keys; None is an empty context.

    Raises:
        TypeError: if `given` is not a mapping of strings to values; see read_values.
    """
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        raise TypeError(f"expected a mapping of condition keys to their values, not {_kind(given)}")
    found: dict[str, tuple[str, ...]] = {}
    for key, values in given.items():
        if not _is_text(key):
            raise TypeError(f"the condition key {key!r:.80} is {_kind(key)}; expected a string")
        found[key] = read_values(key, values)
    return found


def read_values(key: str, given: object) -> tuple[str, ...]:
    """The values of one key: a string is one value, a list, tuple or set of strings is several; sets are sorted.

    Bytes, numbers, mappings, iterators and collections of other types are refused: converted to strings, they could be
    values that the caller did not intend, and a deny for the intended value would not apply.

    Raises:
        TypeError: naming the key, the type given and the type expected.
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
    except UnicodeEncodeError:  # half a surrogate pair, which cannot be encoded
        return False


def _kind(value: object) -> str:
    if isinstance(value, str):
        return "half a surrogate pair"
    return "None" if value is None else f"of type {type(value).__name__}"
