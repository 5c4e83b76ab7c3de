"""The argument SOURCE of the commands: a policy directory."""

from pathlib import Path

import click

from authz.printable import printable


def policy_directory(ctx: click.Context, param: click.Parameter, value: str | None) -> Path | None:
    """A click callback that returns the directory; it rejects database URLs, which are not supported yet."""
    if value is None:
        return None
    if "://" in value:
        raise click.BadParameter(
            f"`{printable(value)}` is a database URL, which is not supported yet; expected a directory", ctx, param
        )
    path = Path(value)
    if not path.is_dir():
        raise click.BadParameter(f"`{printable(value)}` is not a directory", ctx, param)
    return path
