"""A progress line for long work, on a terminal only."""

import sys

import click

_STEPS = 100


def show_progress(done: int, total: int) -> None:
    """Rewrite one line on standard error, if it is a terminal and there is much to load."""
    if total < _STEPS or not sys.stderr.isatty():
        return
    if done == total:
        click.echo(f"\rloaded {total} accounts          ", err=True)
    elif done % (total // _STEPS) == 0:
        click.echo(f"\rloading accounts: {done} of {total}", err=True, nl=False)
