"""The argument SOURCE of the commands: a policy directory, or also the URL of a database."""

from pathlib import Path

import click

from authz.printable import printable
from authz.sources.opening import SourceAddress, parse_source


def policy_directory(ctx: click.Context, param: click.Parameter, value: str | None) -> Path | None:
    """A click callback that returns the directory; it rejects database URLs, which this command does not read."""
    if value is None:
        return None
    if "://" in value:
        raise click.BadParameter(
            f"`{printable(value)}` is a database URL, which this command does not read; expected a directory",
            ctx,
            param,
        )
    path = Path(value)
    if not path.is_dir():
        raise click.BadParameter(f"`{printable(value)}` is not a directory", ctx, param)
    return path


def source_address(ctx: click.Context, param: click.Parameter, value: str | None) -> SourceAddress | None:
    """A click callback that returns a directory, or the URL of a database."""
    if value is None:
        return None
    address = parse_source(value)
    if isinstance(address, Path):
        return policy_directory(ctx, param, value)
    return address
