"""The URL of a database: `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://user@host/db`."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from authz.store.errors import StoreError

_FORMS = "expected sqlite:///relative.db, sqlite:////absolute.db or postgresql://user@host/database"
_DRIVERS = frozenset({"postgresql", "postgres", "postgresql+psycopg"})


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where a database is. `file` is that of an SQLite database; `shown` is the URL without a password."""

    url: URL
    shown: str
    file: Path | None

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return "postgresql" if self.file is None else "sqlite"

    @property
    def key_file(self) -> Path | None:
        """The file beside an SQLite database that holds its master key if the environment names none."""
        return None if self.file is None else self.file.with_name(f"{self.file.name}.key")


def parse_address(text: str) -> DatabaseAddress:
    """The address of a URL.

    Raises:
        StoreError: if it is none of the forms; the message does not repeat it, since it may hold a password.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise StoreError(f"malformed database URL; {_FORMS}") from None
    if url.drivername == "sqlite":
        if not url.database or url.database == ":memory:" or url.host or url.query:
            raise StoreError(f"`{url.render_as_string()}` names no file; {_FORMS}")
        return DatabaseAddress(url, url.render_as_string(), Path(url.database).absolute())
    if url.drivername in _DRIVERS:
        shown = url.set(drivername="postgresql").render_as_string(hide_password=True)
        return DatabaseAddress(url.set(drivername="postgresql+psycopg"), shown, None)
    raise StoreError(f"`{url.drivername}` is not a kind of database that this program knows; {_FORMS}")
