"""A process of the demo, as the demo sees it: started, ready at an address, ended."""

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from authz.app.demo.child import DRAIN_SECONDS, Role
from authz.errors import AuthzError
from authz.server.listeners import Address

_POLL_SECONDS = 0.02
_PATIENCE_SECONDS = DRAIN_SECONDS + 8.0  # before a process that does not end is killed


class DemoError(AuthzError):
    """A process of the demo cannot start, or ended by itself."""

    code = "DemoError"


class DemoProcess:
    """One of the processes, in the process group of the demo: Ctrl-C reaches it too."""

    def __init__(self, role: Role, log: Path, process: asyncio.subprocess.Process) -> None:
        self._role = role
        self._log = log
        self._process = process

    @classmethod
    async def start(cls, role: Role, url: str, address: Address, log: Path) -> "DemoProcess":
        """Start it; it logs to a new file `log`."""
        command = (sys.executable, "-m", "authz.app.demo.child", role.value, url, address.target)
        with log.open("wb") as file:
            process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.PIPE, stdout=file, stderr=file
            )
        return cls(role, log, process)

    async def address(self) -> str:
        """Where it serves, once it does.

        Raises:
            DemoError: if it ends before.
        """
        while (serving := self._logged("serving")) is None:
            if self._process.returncode is not None:
                raise self._ended()
            await asyncio.sleep(_POLL_SECONDS)
        return str(serving["listen"][0] if self._role is Role.SIDECAR else serving["http"])

    async def watch(self) -> None:
        """Wait until it ends by itself.

        Raises:
            DemoError: when it does.
        """
        await self._process.wait()
        raise self._ended()

    async def stop(self) -> None:
        """Let it finish its calls and end; it is killed if it takes too long."""
        with suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self._process.wait(), _PATIENCE_SECONDS)
        except TimeoutError:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()

    def _ended(self) -> DemoError:
        name = self._role.value.replace("-", " ")
        refused = self._logged("cannot serve")
        if refused is not None:
            return DemoError(f"the {name} cannot start: {refused['reason']}")
        lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        last = f"; the last line of its log: {lines[-1]}" if lines else ""
        return DemoError(f"the {name} ended with status {self._process.returncode}{last}")

    def _logged(self, event: str) -> dict[str, Any] | None:
        """The first event of that name in its log."""
        whole, _, _ = self._log.read_text(encoding="utf-8", errors="replace").rpartition("\n")
        for line in whole.splitlines():
            with suppress(json.JSONDecodeError):  # what Python itself prints is not JSON
                found = json.loads(line)
                if isinstance(found, dict) and found.get("event") == event:
                    return found
        return None
