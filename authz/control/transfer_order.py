"""Keeps the order of what a user or holder has: which rows to remove and to add so that positions rise as wanted."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import replace
from typing import TypeVar

from authz.store.records import AttachmentRecord, MembershipRecord

R = TypeVar("R", AttachmentRecord, MembershipRecord)


def in_order(old: Sequence[R], wanted: Sequence[R], key: Callable[[R], Hashable]) -> tuple[list[R], list[R]]:
    """The rows of `old` to remove, and those to add, in their order.

    A wanted row has the position that it must keep, 0 for any. From the first one on whose position does not rise, all
    are given 0: the store then chooses positions after all others.
    """
    placed: list[R] = []
    last = 0
    for each in wanted:
        position = each.position if each.position > last >= 0 else 0
        last = position or -1
        placed.append(replace(each, position=position))
    kept = {key(each): each for each in placed}
    gone = [each for each in old if kept.get(key(each)) != each]
    unchanged = {key(each) for each in old} - {key(each) for each in gone}
    return gone, [each for each in placed if key(each) not in unchanged]
