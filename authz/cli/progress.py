"""A progress line for long work, on a terminal only."""

import sys
from typing import Any

import click

_STEPS = 100
_SHORT = 2  # accounts, for which a bar is not worth its line


def show_progress(done: int, total: int) -> None:
    """Rewrite one line on standard error, if it is a terminal and there is much to load."""
    if total < _STEPS or not sys.stderr.isatty():
        return
    if done == total:
        click.echo(f"\rloaded {total} accounts          ", err=True)
    elif done % (total // _STEPS) == 0:
        click.echo(f"\rloading accounts: {done} of {total}", err=True, nl=False)


class ProgressBar:
    """A bar on standard error, if it is a terminal: called with how much is done and how much there is."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._bar: Any = None

    def __call__(self, done: int, total: int) -> None:
        """Show how much is done; the bar ends when all is."""
        if total < _SHORT or not sys.stderr.isatty():
            return
        if self._bar is None:
            self._bar = click.progressbar(length=total, label=self._label, file=sys.stderr, show_pos=True)
            self._bar.render_progress()
        self._bar.update(done - self._bar.pos)
        if done == total:
            self._bar.render_finish()
            self._bar = None
