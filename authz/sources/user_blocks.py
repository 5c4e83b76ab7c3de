"""Cuts an attachments file into the texts of its users, so that a change costs what the changed users cost.

It is for the part of YAML that `yaml_block` reads: there a line that begins an item of a list ends the item before it,
so that equal texts between two such lines are equal users, whatever is around them.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from authz.sources.yaml_block import NOT_BLOCK, read_block

SMALLEST = 8 * 1024
"""Characters of a file that is worth its text in memory; a smaller one is parsed as a whole in some 10 ms."""

_USERS = re.compile(r"^users:[ ]*(?:#.*)?\n(?:[ ]*(?:#.*)?\n)*([ ]*)-[ ]", re.MULTILINE)
_NEXT_KEY = re.compile(r"\n[A-Za-z_]")  # in the first column, where only the keys of the file stand


@dataclass(frozen=True, slots=True)
class ChangedUsers:
    """What a text says beside an earlier one: for each user the uin if its text is the same, None if it is not.

    `entries` are the values of the others, in their order.
    """

    uins: Sequence[str | None]
    entries: Sequence[Any]


@dataclass(frozen=True, slots=True)
class UserBlocks:
    """A file that was read: its text, where its first user begins, where the last one ends, and the uins of all.

    `separator` is the text between two users.
    """

    text: str
    begin: int
    end: int
    separator: str
    uins: tuple[str, ...]

    def next(self, text: str, pause: Callable[[], None], most: int) -> ChangedUsers | None:
        """What a later text says.

        None if that is not certain, or if more than `most` characters of users differ: then the text has to be
        read as a whole. `pause` is called between small pieces of work.
        """
        head, tail = self.text[: self.begin], self.text[self.end :]
        is_alike = len(text) >= len(head) + len(tail) and text.startswith(head) and text.endswith(tail)
        if not is_alike:
            return None
        known = dict(zip(self._blocks(self.text, self.end), self.uins, strict=True))
        pause()
        blocks = self._blocks(text, len(text) - len(tail))
        different = [block for block in blocks if block not in known]
        if sum(map(len, different)) > most:
            return None
        entries = []
        for block in different:
            pause()
            entry = self._entry(block)
            if entry is NOT_BLOCK:
                return None
            entries.append(entry)
        return ChangedUsers([known.get(block) for block in blocks], entries)

    def _blocks(self, text: str, end: int) -> list[str]:
        return text[self.begin : end].split(self.separator)

    def _entry(self, block: str) -> Any:
        """The value of one user's text; NOT_BLOCK if it may be anything but one entry of the list."""
        value = read_block(f"users:{self.separator}{block}")
        users = value.get("users") if isinstance(value, dict) and len(value) == 1 else None
        return users[0] if isinstance(users, list) and len(users) == 1 else NOT_BLOCK


def cut(text: str, uins: tuple[str, ...]) -> UserBlocks | None:
    """The blocks of a valid attachments file that `yaml_block` could read, with these users in this order.

    None if it is small, or if its users do not begin at lines of their own.
    """
    if len(text) < SMALLEST:
        return None
    first = _USERS.search(text)
    if first is None:
        return None
    last = _NEXT_KEY.search(text, first.end())
    end = len(text) if last is None else last.start()
    separator = f"\n{first[1]}- "
    is_whole = text.count(separator, first.end(), end) + 1 == len(uins)
    return UserBlocks(text, first.end(), end, separator, uins) if is_whole else None
