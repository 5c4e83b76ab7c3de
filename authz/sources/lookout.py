"""Watches a directory from a process of its own.

When a folder is moved, the system's events do not tell what is in it, so all of it is walked through. Ten thousand
files are felt by whoever answers in the same process, although no Python runs meanwhile.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from authz.sources.hints import Hints
from authz.sources.priority import lower_priority
from authz.sources.source import Hint
from authz.sources.watch import FEW_PLACES, DirectoryWatch
from authz.telemetry.events import get_logger

_PROGRAM = "from authz.sources.lookout import main; main()"
_RETRY_SECONDS = 5.0
_END_SECONDS = 0.5
_MOST_NAMES = 1000  # in one hint; beyond that it might as well be everything
_LONGEST_WAIT = 3600.0

log = get_logger("authz.sources")


class Lookout(Hints):
    """A DirectoryWatch in another process. Losing it costs promptness only: the follower looks by itself too."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._root = root

    async def run(self) -> None:
        """Watch for ever."""
        while True:
            self.hear(None)  # something may have changed before anybody watched
            try:
                await self._listen()
                reason = "it ended"
            except OSError as error:
                reason = str(error)
            log.warning("the process that watches files is lost, changes are found by polling", reason=reason)
            await asyncio.sleep(_RETRY_SECONDS)

    async def _listen(self) -> None:
        process, ended = _start(self._root), asyncio.Event()
        arguments = process.stdout, asyncio.get_running_loop(), self.hear, ended
        threading.Thread(target=_pass_on, args=arguments, daemon=True).start()
        try:
            await ended.wait()
        finally:
            process.kill()
            with suppress(subprocess.TimeoutExpired):  # it may be stuck in a file system that does not answer
                process.wait(_END_SECONDS)
            if process.stdin is not None:
                process.stdin.close()


def _pass_on(
    lines: IO[bytes],
    loop: asyncio.AbstractEventLoop,
    hear: Callable[[Hint], None],
    ended: asyncio.Event,
) -> None:
    """Runs on a thread of its own, which waits nearly always."""
    with suppress(RuntimeError):  # the loop is closed: nobody listens any more
        with lines, suppress(OSError):
            for line in lines:
                loop.call_soon_threadsafe(hear, read_hint(line))
        loop.call_soon_threadsafe(ended.set)


def _start(root: Path) -> "subprocess.Popen[bytes]":
    """Not by the event loop: uvloop forks, and then gRPC's handlers of forks disturb connections of this process."""
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", _PROGRAM, str(root)],
        stdin=subprocess.PIPE,  # its end tells that this process is gone
        stdout=subprocess.PIPE,
        start_new_session=True,  # signals from a terminal are not for it
    )


def write_hint(hint: Hint) -> str:
    """A hint as one line."""
    return json.dumps(None if hint is None or len(hint) > _MOST_NAMES else sorted(hint))


def read_hint(line: bytes) -> Hint:
    """A hint from its line; what cannot be understood may be anything."""
    try:
        names = json.loads(line)
    except ValueError:
        return None
    is_list = isinstance(names, list) and all(isinstance(name, str) for name in names)
    return frozenset(names) if is_list else None


async def report(root: Path, tell: Callable[[str], object]) -> None:
    """Tell every hint, for ever."""
    watch = DirectoryWatch(root, FEW_PLACES)
    task = asyncio.create_task(watch.run())
    while not task.done():
        hint = await watch.wait(_LONGEST_WAIT)
        if hint is None or hint:
            tell(write_hint(hint))


def main() -> None:
    """Run as a process of its own, on the directory that is the only argument."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # it ends with the process that listens
    lower_priority()
    threading.Thread(target=_end_with_standard_input, daemon=True).start()
    with os.fdopen(os.dup(1), "w", buffering=1) as hints:  # by lines
        os.dup2(2, 1)  # whatever else is said must not get between them
        asyncio.run(report(Path(sys.argv[1]), lambda line: hints.write(f"{line}\n")))


def _end_with_standard_input() -> None:
    sys.stdin.buffer.read()
    os._exit(0)
