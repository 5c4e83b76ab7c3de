"""A database of the store: opens it, and gives out transactions."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from authz.store import schema, tables
from authz.store.address import DatabaseAddress, parse_address
from authz.store.author import Author
from authz.store.change_log import current_revision, lock_revision
from authz.store.connecting import BUSY_SECONDS, READING, WRITING, is_lost, make_engine, translated
from authz.store.errors import MasterKeyError, StoreError
from authz.store.keys import reseal
from authz.store.pending import Pending
from authz.store.secrets import MasterKey
from authz.store.session import Reader, Writer
from authz.store.usage import WritableUsage
from authz.store.watch import Listener, VersionProbe, open_watch

_CHECK_TEXT, _CHECK_PURPOSE = "the master key fits", "check of the master key"


class Database:
    """A database that is open; for any number of threads. It connects again by itself after it was lost.

    Every method may raise StoreError when it cannot be reached.
    """

    def __init__(self, address: DatabaseAddress, engine: sa.Engine, clock: Callable[[], float] = time.time) -> None:
        self.address = address
        self._engine = engine
        self._clock = clock
        self._master_key: MasterKey | None = None
        self._file: tuple[int, int] | None = None
        self._writing = threading.Lock()
        self.identity = ""

    @classmethod
    def open(
        cls,
        url: str,
        master_key: MasterKey | None = None,
        *,
        create: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> "Database":
        """Open the database of a URL; with `create`, an empty or missing one is made first.

        Without a master key everything works but secrets of access keys.

        Raises:
            StoreError: if the URL is malformed, or the database cannot be reached.
            SchemaError: if its schema is not that of this program.
            MasterKeyError: if its secrets are sealed with another key than the one given.
        """
        address = parse_address(url)
        if create:
            schema.create(address)
        elif address.file is not None and not address.file.exists():
            message = f"there is no file {address.file}; `authz control init {address.shown}` makes the database"
            raise StoreError(message)
        database = cls(address, make_engine(address), clock)
        try:
            with database.read() as reader:
                schema.check(reader.connection, address)
                database.identity = reader.connection.execute(sa.select(tables.store.c.identity)).scalar_one()
            if master_key is not None:
                database._use(master_key)
        except BaseException:
            database.close()
            raise
        return database

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self.address.dialect

    @contextmanager
    def read(self) -> Iterator[Reader]:
        """One consistent snapshot, in one transaction that writes nothing.

        Raises:
            StoreError: if the database cannot be reached.
        """
        with translated(self.address):
            connection, revision = self._begin(READING[self.dialect], current_revision)
            with connection:
                yield Reader(connection, revision, self._master_key)

    @contextmanager
    def write(self, author: Author) -> Iterator[Writer]:
        """One transaction that writes, while no other does; an exception undoes all of it.

        Raises:
            ConflictError: if a rule of the store is broken.
            StoreError: if the database cannot be reached, or others write for too long.
        """
        with self._alone(), translated(self.address):
            connection, revision = self._begin(WRITING[self.dialect], lock_revision)
            with connection:
                writer = Writer(Pending(connection, author, self._master_key), revision)
                yield writer
                writer.finish(self._clock())
                connection.commit()

    @contextmanager
    def note(self) -> Iterator[WritableUsage]:
        """One transaction that notes what is used, without an entry in the change log.

        Raises:
            StoreError: if the database cannot be reached.
        """
        with translated(self.address):
            connection, _ = self._begin(WRITING[self.dialect], current_revision)
            with connection:
                yield WritableUsage(connection)
                connection.commit()

    def watch(self) -> Listener | VersionProbe:
        """What notices changes, by a connection of its own.

        Raises:
            StoreError: if the database cannot be reached.
        """
        with translated(self.address):
            return open_watch(self._engine)

    def revision(self) -> int:
        """The revision of the last change.

        Raises:
            StoreError: if the database cannot be reached.
        """
        with self.read() as reader:
            return reader.revision

    def seal(self, text: str, purpose: str) -> bytes:
        """A secret, such as that of a session, sealed for a purpose with the master key.

        Raises:
            MasterKeyError: if the database was opened without it.
        """
        return self._needed_key().seal(text, purpose)

    def unseal(self, sealed: bytes, purpose: str) -> str:
        """What was sealed for this purpose.

        Raises:
            MasterKeyError: if it was not sealed so, or the database was opened without the master key.
        """
        return self._needed_key().unseal(sealed, purpose)

    def rotate(self, new: MasterKey) -> int:
        """Seal all secrets with a new master key, all of them or none; returns how many there are.

        Raises:
            MasterKeyError: if the database was opened without the present key.
        """
        old = self._needed_key()
        with translated(self.address):
            connection, _ = self._begin(WRITING[self.dialect], lock_revision)
            with connection:
                count = reseal(connection, old, new)
                connection.execute(tables.store.update().values(key_check=new.seal(_CHECK_TEXT, _CHECK_PURPOSE)))
                connection.commit()
        self._master_key = new
        return count

    def close(self) -> None:
        """Close all connections; a second time does nothing."""
        self._engine.dispose()

    def _use(self, master_key: MasterKey) -> None:
        """Take a master key that fits; the first one ever given is the one that fits."""
        with translated(self.address):
            connection, _ = self._begin(READING[self.dialect], current_revision)
            with connection:
                check = connection.execute(sa.select(tables.store.c.key_check)).scalar()
            if check is None:
                check = self._adopt(master_key)
        if master_key.unseal(check, _CHECK_PURPOSE) != _CHECK_TEXT:
            raise MasterKeyError("the check of the master key says something else")
        self._master_key = master_key

    def _adopt(self, master_key: MasterKey) -> bytes:
        connection, _ = self._begin(WRITING[self.dialect], lock_revision)
        with connection:
            known = connection.execute(sa.select(tables.store.c.key_check)).scalar()
            check = known or master_key.seal(_CHECK_TEXT, _CHECK_PURPOSE)
            connection.execute(tables.store.update().values(key_check=check))
            connection.commit()
        return bytes(check)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Queue the writers of this process, who would otherwise ask SQLite for its lock again and again."""
        if self.address.file is None:
            yield
            return
        if not self._writing.acquire(timeout=BUSY_SECONDS):
            raise StoreError(f"{self.address.shown} is busy: others write to it")
        try:
            yield
        finally:
            self._writing.release()

    def _follow_file(self) -> None:
        """Connect to the file that is there now, should another one have taken its place."""
        if self.address.file is None:
            return
        try:
            found = self.address.file.stat()
        except OSError as error:
            raise StoreError(f"cannot reach {self.address.shown}: {error.strerror}") from None
        if self._file not in (None, (found.st_dev, found.st_ino)):
            self._engine.dispose()
        self._file = found.st_dev, found.st_ino

    def _needed_key(self) -> MasterKey:
        if self._master_key is None:
            message = f"{self.address.shown} was opened without its master key"
            raise MasterKeyError(f"{message}; expected AUTHZ_MASTER_KEY_FILE or AUTHZ_MASTER_KEY")
        return self._master_key

    def _begin(self, options: dict[str, Any], first: Callable[[sa.Connection], int]) -> tuple[sa.Connection, int]:
        """A connection in a transaction, and what its first statement returns; one that was lost is replaced."""
        self._follow_file()
        for is_last in (False, True):
            connection = self._engine.connect()
            try:
                connection.execution_options(**options)
                return connection, first(connection)
            except BaseException as error:  # noqa: BLE001 - raised again, better explained
                connection.close()
                if is_last or not is_lost(error):
                    raise schema.explained(error, self.address) from None
        raise AssertionError
