"""Forks: servers that load a program before they fork leave it in the child without threads or sockets of its own."""

# Imported for their own hooks: those that are registered later run earlier, and with their locks taken nobody could
# come to rest any more who logs or hands out work.
import concurrent.futures.thread  # noqa: F401
import logging
import os
from collections.abc import Callable
from threading import Lock
from typing import Protocol
from weakref import WeakKeyDictionary

REST_SECONDS = 5.0
"""How long a thread is waited for before the fork goes on without its rest."""


class Forking(Protocol):
    """Something with threads, connections or locks that a forked child cannot go on with as they are."""

    def before_fork(self) -> None:
        """Come to rest: no thread of its own may run, for the child would have none of it."""

    def after_fork_in_parent(self) -> None:
        """Go on, also if the fork failed."""

    def after_fork_in_child(self) -> None:
        """Begin anew, even if nobody asked for rest: a program that is not Python may have forked."""


_known: "WeakKeyDictionary[Forking, None]" = WeakKeyDictionary()
_forking = Lock()
_log = logging.getLogger("authz")


def on_fork(one: Forking) -> None:
    """Tell it of every fork as long as it lives, after those that were known before."""
    _known[one] = None


def _tell(hook: Callable[[Forking], None]) -> None:
    for one in tuple(_known):
        try:
            hook(one)
        except Exception:  # noqa: BLE001 - whatever became of one, the others must hear of it
            _log.exception("something does not stand a fork")


def _before() -> None:
    _forking.acquire()  # by the thread that forks, which both processes go on with
    _tell(lambda one: one.before_fork())


def _in_parent() -> None:
    _tell(lambda one: one.after_fork_in_parent())
    _forking.release()


def _in_child() -> None:
    _tell(lambda one: one.after_fork_in_child())
    if _forking.locked():
        _forking.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
