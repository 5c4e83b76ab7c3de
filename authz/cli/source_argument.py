"""SOURCE as the commands take it: a policy directory."""

from pathlib import Path

import click

from authz.printable import printable


def policy_directory(ctx: click.Context, param: click.Parameter, value: str | None) -> Path | None:
    """The directory, as a click callback. Database URLs are refused with a word until they are served."""
    if value is None:
        return None
    if "://" in value:
        raise click.BadParameter(f"`{printable(value)}`: database sources are not supported yet", ctx, param)
    path = Path(value)
    if not path.is_dir():
        raise click.BadParameter(f"`{printable(value)}` is not a directory", ctx, param)
    return path
