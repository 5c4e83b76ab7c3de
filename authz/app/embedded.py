"""The engine inside a program of its own: over a policy directory, the sidecar's answers without its process."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from authz.context import GivenContext
from authz.engine import live
from authz.engine.decision import Decision
from authz.engine.request import parse_request

if TYPE_CHECKING:
    from authz.sources.loader import DirectoryLoader


class Engine(live.Engine):
    """The core engine, which can fill itself from a policy directory. For any number of threads and event loops.

    `Engine()` is empty and wants `publish`; `Engine.from_directory(path)` is ready. Close it if it follows.
    """

    def __init__(self) -> None:
        super().__init__()
        self._loader: DirectoryLoader | None = None

    @classmethod
    def from_directory(cls, path: str | os.PathLike[str], *, follow: bool = False) -> Self:
        """An engine on the accounts of a directory; with `follow` a thread keeps it at their newest good version.

        Raises:
            SourceError: if the directory cannot be read, or holds no account.
            InvalidAccountError: with every problem, if an account is broken.
        """
        # Not imported with the package: the core runs without YAML, logs and file events.
        from authz.sources.loader import DirectoryLoader  # noqa: PLC0415

        engine = cls()
        engine._loader = DirectoryLoader(Path(path), engine, follow=follow)
        engine._loader.load()
        return engine

    def check(self, principal: str, action: str, resource: str = "*", context: GivenContext | None = None) -> Decision:
        """Decide now, by this machine's clock, as the sidecar would; `context` is what its clients take.

        Raises:
            InvalidRequestError: naming the field that is malformed, and in the context the key.
            NotReadyError: before anything was published.
        """
        return self.decide(parse_request(principal, action, resource, context, time.time()))

    def close(self) -> None:
        """Follow no longer; what is in force stays in force. A second time does nothing."""
        if self._loader is not None:
            self._loader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
