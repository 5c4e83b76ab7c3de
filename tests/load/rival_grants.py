"""The policies of a measured account as plain grants, from which every peer's own form is made.

Only what all peers can say is used: allow and deny, actions and resources written out or as prefixes, one account.
There,
CAM's rules come down to matching texts: a resource names its account in the policies as in the questions, actions are
spelt as in the questions, and none of them is operation-level.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from authz.engine.sharded_map import ShardedMap
from authz.engine.snapshot import AccountState, Lease, Snapshot
from tests.load.engine_fixture import Question, ask_users, build_account, documents

UIN = "10000000"
_HELD = 5  # policies of each user, ten statements
_QUESTIONS = 64


@dataclass(frozen=True, slots=True)
class Patterns:
    """Texts of which one must be the one asked about, or the beginning of it."""

    exact: tuple[str, ...]
    prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Grant:
    """One statement of one user; `user` is the principal's name in questions."""

    user: str
    is_allow: bool
    actions: Patterns
    resources: Patterns


@dataclass(frozen=True, slots=True)
class RivalsFixture:
    """The same account for all: as a snapshot for the engine, as grants for its peers; and what is asked."""

    snapshot: Snapshot
    grants: tuple[Grant, ...]
    questions: tuple[Question, ...]


def rivals_fixture(policies: int) -> RivalsFixture:
    """An account of so many policies, each held by one of its users."""
    texts = documents(UIN, policies)
    names = list(texts)
    held = {str(100_001 + at): names[at : at + _HELD] for at in range(0, policies, _HELD)}
    state = AccountState(build_account(UIN, texts, held))
    questions = tuple(ask_users(UIN, held, policies))[:_QUESTIONS]
    return RivalsFixture(Snapshot(1, ShardedMap({UIN: state}), Lease()), tuple(grants(texts, held)), questions)


def grants(texts: Mapping[str, dict[str, Any]], held: Mapping[str, Sequence[str]]) -> Iterator[Grant]:
    """Every statement of every policy that a user holds.

    Raises:
        ValueError: for a pattern that is neither written out nor a prefix.
    """
    for user, names in held.items():
        for name in names:
            for statement in texts[name]["statement"]:
                yield Grant(
                    user=f"qcs::cam::uin/{UIN}:uin/{user}",
                    is_allow=statement["effect"] == "allow",
                    actions=_patterns([action.removeprefix("name/") for action in statement["action"]]),
                    resources=_patterns(statement["resource"]),
                )


def _patterns(texts: Sequence[str]) -> Patterns:
    wild = [text for text in texts if "*" in text]
    if any(text.index("*") != len(text) - 1 for text in wild):
        raise ValueError(f"not all of {wild} are prefixes")
    return Patterns(tuple(text for text in texts if "*" not in text), tuple(text[:-1] for text in wild))
