"""The folder of a demo: its database, the key beside it, and the logs of its processes."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from authz.app.control_plane import create_account
from authz.app.demo.example import ACCOUNT, APP_ID, example_directory
from authz.app.opening import opened_plane
from authz.app.transfer import DirectoryImport
from authz.control.accounts import NewAccount
from authz.errors import SourceError

_PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class DemoFolder:
    """`is_kept`: it stays when the demo ends."""

    path: Path
    is_kept: bool

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.path / "demo.db"

    @property
    def url(self) -> str:
        """The URL of the database."""
        return f"sqlite:///{self.database}"

    def log(self, name: str) -> Path:
        """The log of one of its processes."""
        return self.path / f"{name}.log"

    def fill(self) -> NewAccount | None:
        """Make the database with the example; the root account's secrets, or None if the folder has a database.

        Raises:
            StoreError: if the database cannot be made.
            SourceError: if the example is not part of this installation.
        """
        if self.database.exists():
            return None
        example = example_directory()
        try:
            root = create_account(self.url, ACCOUNT, APP_ID, _not_said)
            with opened_plane(self.url) as plane:
                source = DirectoryImport(example)
                for uin, key in source.check(_not_shown).keys.items():
                    source.load(plane, uin, key, may_delete=False)
        except BaseException:
            self._empty()  # half a database would be taken for a whole one the next time
            raise
        return root

    def _empty(self) -> None:
        for each in self.path.glob(f"{self.database.name}*"):
            each.unlink(missing_ok=True)


@contextmanager
def demo_folder(kept: Path | None) -> Iterator[DemoFolder]:
    """The folder `kept`, or else a temporary one that is removed at the end.

    Raises:
        SourceError: if it cannot be made.
    """
    try:
        if kept is None:
            with tempfile.TemporaryDirectory(prefix="authz-demo-") as name:
                yield DemoFolder(Path(name), is_kept=False)
        else:
            kept.mkdir(_PRIVATE, parents=True, exist_ok=True)
            yield DemoFolder(kept.resolve(), is_kept=True)
    except OSError as error:
        raise SourceError(f"the folder of the demo: {error}") from None


def _not_said(_sentence: str) -> None:
    pass


def _not_shown(_done: int, _total: int) -> None:
    pass
