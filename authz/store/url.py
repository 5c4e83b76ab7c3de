"""The URL of a database as a source, distinguished from a directory without loading a database driver."""

import re
from dataclasses import dataclass
from pathlib import Path

_PASSWORD = re.compile(r"(?<=://)([^/@:]*):([^@]*)@")


def is_database_url(text: str) -> bool:
    """Whether a source is given as a database rather than a directory."""
    return text.startswith(("sqlite:", "postgresql:", "postgres:", "postgresql+psycopg:"))


@dataclass(frozen=True, slots=True, repr=False)
class DatabaseUrl:
    """The URL of a database; `text` may hold a password, which neither its string nor its representation shows."""

    text: str

    def __str__(self) -> str:
        return _PASSWORD.sub(r"\1:***@", self.text)

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database; None for others."""
        path = self.text.removeprefix("sqlite:///")
        return None if path == self.text or not path else Path(path).absolute()

    def __repr__(self) -> str:
        return f"DatabaseUrl('{self}')"
