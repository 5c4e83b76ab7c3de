"""The context of a request: condition keys, which of them are told by the same values, and what values are taken.

Engine and clients read contexts by these rules alike, so they stand below both.
"""

from functools import lru_cache
from typing import NamedTuple

RESOURCE_TAG = "qcs:resource_tag"
REQUEST_TAG = "qcs:request_tag"

TAG_FAMILIES = frozenset({RESOURCE_TAG, REQUEST_TAG})
"""The bare keys of tags."""
_OLD_TAG = "qcs:tag"
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
