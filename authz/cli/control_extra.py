"""Checks that what the control plane needs is installed."""

from importlib.util import find_spec

import click

_MODULES = ("sqlalchemy", "alembic", "argon2", "cryptography", "starlette", "uvicorn")


def require_control_extra() -> None:
    """Refuse a command that needs the extra `control`, if it is missing.

    Raises:
        ClickException: naming the first missing module, and what to install.
    """
    missing = _missing()
    if missing is not None:
        raise click.ClickException(f"{missing} is not installed; install it with: pip install 'authz-sidecar[control]'")


def is_control_extra_missing() -> bool:
    """Whether the extra `control` is not installed as a whole."""
    return _missing() is not None


def _missing() -> str | None:
    return next((each for each in _MODULES if find_spec(each) is None), None)
