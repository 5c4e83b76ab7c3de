"""What a command says when it cannot go on."""

import click

from authz.errors import AuthzError, InvalidAccountError


def show_failure(error: AuthzError) -> None:
    """Print an error to standard error; it has one line, or one for each problem of files, which names its place."""
    is_placed = isinstance(error, InvalidAccountError)
    for line in error.lines:
        click.echo(line if is_placed else f"authz: {line}", err=True)
