"""Opens the source that a user names: a policy directory or the URL of a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from authz.errors import SourceError
from authz.sources.directory.source import DirectorySource
from authz.sources.source import ReadableSource
from authz.store.url import DatabaseUrl, is_database_url

SourceAddress = Path | DatabaseUrl


class OpenSource(ReadableSource, Protocol):
    """A source that holds files or connections until it is closed."""

    def close(self) -> None:
        """Release them; a second time does nothing."""


def parse_source(text: str) -> SourceAddress:
    """The address of a source; whether it can be read is not asked."""
    return DatabaseUrl(text) if is_database_url(text) else Path(text)


def open_source(address: SourceAddress, *, is_watched: bool, last_good: Path | None = None) -> OpenSource:
    """A source; without `is_watched` its changes are found by polling.

    `last_good` is the folder of the last good copy of a database; None keeps none.

    Raises:
        SourceError: if the URL of a database is malformed, or what databases need is not installed.
    """
    if isinstance(address, Path):
        return DirectorySource(address, is_watched=is_watched)
    # Imported late: a sidecar on a directory needs no database driver.
    with database_driver():
        from authz.sources.database.source import DatabaseSource  # noqa: PLC0415
        from authz.store.errors import StoreError  # noqa: PLC0415
    try:
        return DatabaseSource(address.text, is_watched=is_watched, last_good=last_good)
    except StoreError as error:
        raise SourceError(str(error)) from None


def folder_beside(address: SourceAddress) -> Path | None:
    """The folder of an SQLite database, where its last good copy is kept by default; None for other sources."""
    file = address.file if isinstance(address, DatabaseUrl) else None
    return None if file is None else file.parent


@contextmanager
def database_driver() -> Iterator[None]:
    """Around the imports that need a database driver.

    Raises:
        SourceError: naming the extra to install, if one of them is missing.
    """
    try:
        yield
    except ImportError as error:
        message = f"a database needs the extra `control`, of which {error.name} is missing"
        raise SourceError(f"{message}: pip install 'authz-sidecar[control]'") from None
