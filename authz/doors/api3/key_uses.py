"""Notes when keys were used last: in memory at once, and in the store every now and then."""

from threading import Lock

from authz.store.database import Database


class KeyUses:
    """The last use of each key that is not written yet; for any number of threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._used: dict[str, float] = {}
        self._lock = Lock()

    def note(self, secret_id: str, at: float) -> None:
        """A key has signed a request at this time."""
        with self._lock:
            self._used[secret_id] = at

    def write(self) -> None:
        """Write what was noted; what cannot be written is kept.

        Raises:
            StoreError: if the database cannot be reached.
        """
        with self._lock:
            used, self._used = self._used, {}
        if not used:
            return
        try:
            with self._database.note() as usage:
                for secret_id, at in used.items():
                    usage.note_key_use(secret_id, at)
        except BaseException:
            with self._lock:
                self._used = {**used, **self._used}
            raise
