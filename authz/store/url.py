"""Distinguishes the URL of a database from the path of a directory, without loading a database driver."""


def is_database_url(text: str) -> bool:
    """Whether a source is given as a database rather than a directory."""
    return text.startswith(("sqlite:", "postgresql:", "postgres:", "postgresql+psycopg:"))
