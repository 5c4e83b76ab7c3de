"""The engine inside another program: the sidecar's decisions from a policy directory, without its process."""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self

from authz.context import GivenContext
from authz.engine import live
from authz.engine.decision import Decision
from authz.engine.request import parse_request

if TYPE_CHECKING:
    from authz.sources.loader import SourceLoader
    from authz.sources.opening import SourceAddress


class Engine(live.Engine):
    """The core engine, which can load a policy directory. Safe for any number of threads and event loops.

    `Engine()` is empty until `publish` is called; `Engine.from_directory(path)` is ready. Close an engine that follows.
    """

    def __init__(self) -> None:
        super().__init__()
        self._loader: SourceLoader | None = None

    @classmethod
    def from_directory(cls, path: str | os.PathLike[str], *, follow: bool = False) -> Self:
        """An engine with the accounts of a directory; with `follow` a thread keeps it at their newest valid version.

        Raises:
            SourceError: if the directory cannot be read or contains no account.
            InvalidAccountError: with every problem, if an account is invalid.
        """
        # Imported late, since the core runs without YAML, logs and file events.
        from authz.sources.loader import SourceLoader  # noqa: PLC0415

        return cls._loaded(SourceLoader, Path(path), follow=follow)

    @classmethod
    def from_url(cls, url: str, *, follow: bool = False) -> Self:
        """An engine on the accounts of a database, as from a directory; it needs the extra `control`.

        Raises:
            SourceError: if the URL is malformed, or the database cannot be reached or contains no account.
            InvalidAccountError: with every problem, if an account is invalid.
        """
        from authz.sources.loader import SourceLoader  # noqa: PLC0415 - as above
        from authz.store.url import DatabaseUrl  # noqa: PLC0415 - as above

        return cls._loaded(SourceLoader, DatabaseUrl(url), follow=follow)

    @classmethod
    def _loaded(cls, loader: "type[SourceLoader]", address: "SourceAddress", *, follow: bool) -> Self:
        engine = cls()
        engine._loader = loader(address, engine, follow=follow)
        engine._loader.load()
        return engine

    def check(self, principal: str, action: str, resource: str = "*", context: GivenContext | None = None) -> Decision:
        """Decide as the sidecar would, by this machine's clock; `context` has the form that its clients accept.

        Raises:
            InvalidRequestError: naming the malformed field, or the key of the context.
            NotReadyError: before the first publication.
        """
        return self.decide(parse_request(principal, action, resource, context, time.time()))

    def close(self) -> None:
        """Stop following; the loaded policies stay in force. Closing again has no effect."""
        if self._loader is not None:
            self._loader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
