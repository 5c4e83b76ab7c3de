"""Printing of the error that ends a command."""

import click

from authz.errors import AuthzError, InvalidAccountError


def show_failure(error: AuthzError) -> None:
    """Print an error to standard error: one line, or for broken files one line with the place of each problem."""
    is_placed = isinstance(error, InvalidAccountError)
    for line in error.lines:
        click.echo(line if is_placed else f"authz: {line}", err=True)
