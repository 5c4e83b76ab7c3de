"""Fork safety: objects with threads, connections or locks are notified before and after a fork."""

# Imported because they register fork hooks that take locks. Hooks registered later run earlier: this module's must run
# before the locks are taken, since `before_fork` may log or wait for a thread.
import concurrent.futures.thread  # noqa: F401
import logging
import os
from collections.abc import Callable
from threading import Lock
from typing import Protocol
from weakref import WeakKeyDictionary

REST_SECONDS = 5.0
"""Seconds to wait for a thread to end before the fork proceeds without it."""


class Forking(Protocol):
    """An object with threads, connections or locks that a forked child cannot use."""

    def before_fork(self) -> None:
        """Stop all threads of the object, which do not exist in the child."""

    def after_fork_in_parent(self) -> None:
        """Resume; also called if the fork failed."""

    def after_fork_in_child(self) -> None:
        """Reset the object; `before_fork` was not called if code other than Python forked."""


_known: "WeakKeyDictionary[Forking, None]" = WeakKeyDictionary()
_forking = Lock()
_log = logging.getLogger("authz")


def on_fork(one: Forking) -> None:
    """Notify `one` of every fork during its lifetime, after the objects registered earlier."""
    _known[one] = None


def _notify(hook: Callable[[Forking], None]) -> None:
    for one in tuple(_known):
        try:
            hook(one)
        except Exception:  # noqa: BLE001 - the other objects must be notified
            _log.exception("an object failed to handle a fork")


def _before() -> None:
    _forking.acquire()  # by the forking thread, which exists in both processes
    _notify(lambda one: one.before_fork())


def _in_parent() -> None:
    _notify(lambda one: one.after_fork_in_parent())
    _forking.release()


def _in_child() -> None:
    _notify(lambda one: one.after_fork_in_child())
    if _forking.locked():
        _forking.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_in_parent, after_in_child=_in_child)
