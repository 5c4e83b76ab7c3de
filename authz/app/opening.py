"""Opens the control plane of a database for the operator of the machine, without serving it."""

from collections.abc import Iterator
from contextlib import contextmanager

from authz.control.plane import ControlPlane
from authz.control.quotas import DEFAULT_QUOTAS, Quotas
from authz.store.address import parse_address
from authz.store.database import Database
from authz.store.errors import MasterKeyError
from authz.store.secrets import find_master_key


def open_database(url: str, *, is_key_needed: bool = True) -> Database:
    """The database of a URL, with the master key of the environment, or of the file beside an SQLite database.

    Raises:
        StoreError: if it cannot be opened, has another schema, or a master key is needed and there is none.
    """
    address = parse_address(url)
    key = find_master_key(address.key_file)
    if key is None and is_key_needed:
        beside = "" if address.key_file is None else f", or a key file {address.key_file}"
        raise MasterKeyError(f"no master key is given; expected AUTHZ_MASTER_KEY_FILE or AUTHZ_MASTER_KEY{beside}")
    return Database.open(url, key)


@contextmanager
def opened_plane(url: str, quotas: Quotas = DEFAULT_QUOTAS) -> Iterator[ControlPlane]:
    """The control plane of a database; without a master key everything works but making access keys.

    Raises:
        StoreError: as open_database does.
    """
    database = open_database(url, is_key_needed=False)
    try:
        yield ControlPlane(database, quotas)
    finally:
        database.close()
