"""Runs a comparison over many seeded worlds on all cores, to the first difference."""

import json
import multiprocessing
import sys
import time
from collections import Counter

import click


class DifferenceError(Exception):
    """Two that should agree do not."""


def difference(**parts):
    """The error of a difference, told as JSON."""
    return DifferenceError(json.dumps(parts, indent=1, ensure_ascii=False))


def run(compare, seeds, processes, what):
    """Call `compare(seed)`, which counts outcomes, for each; end with a table of them, or with 1 at a difference."""
    start, outcomes = time.perf_counter(), Counter()
    with multiprocessing.Pool(processes) as pool:
        try:
            for found in pool.imap_unordered(compare, seeds, 8):
                outcomes += found
                if sys.stderr.isatty():
                    click.echo(f"\r{outcomes.total():,} {what}", err=True, nl=False)
        except DifferenceError as difference:
            click.echo(f"\ndifference: {difference}")
            sys.exit(1)
    seconds = time.perf_counter() - start
    for outcome, count in outcomes.most_common():
        click.echo(f"{outcome:20} {count:10,} {count / outcomes.total():6.1%}")
    click.echo(f"{outcomes.total():,} {what}, no difference, {seconds:.0f} s")
