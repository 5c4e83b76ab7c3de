"""Engine against specification on random decisions: `python -m tests.spec.compare --decisions 1000000`."""

import json
import multiprocessing
import random
import sys
import time
from collections import Counter

import click

from tests.spec import generate, model, product

REQUESTS = 200  # of each account
OPERATION_LEVEL = generate.operation_level()


class DifferenceError(Exception):
    """The first decision on which the two disagree, with all that is needed to repeat it."""


def compare_account(seed):
    """One random account with its random requests; the reasons that came out."""
    source = random.Random(seed)
    account = generate.account(source)
    engine = product.engine_of(account)
    reasons = Counter()
    for _ in range(REQUESTS):
        request = generate.request(source)
        wanted = model.decide({account["uin"]: account}, OPERATION_LEVEL, *request)
        got = product.decide(engine, *request)
        if got != wanted:
            raise DifferenceError(
                json.dumps({"seed": seed, "request": request, "wanted": wanted, "got": got, "account": account})
            )
        reasons[wanted[0]] += 1
    return reasons


@click.command()
@click.option("--decisions", default=100_000, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--processes", default=2, show_default=True)
def main(decisions, seed, processes):
    """Compare so many random decisions; exit with 1 at the first difference."""
    start, reasons, accounts = time.perf_counter(), Counter(), -(-decisions // REQUESTS)
    with multiprocessing.Pool(processes) as pool:
        try:
            for done, found in enumerate(pool.imap_unordered(compare_account, range(seed, seed + accounts), 8), 1):
                reasons += found
                if sys.stderr.isatty() and done % 100 == 0:
                    click.echo(f"\r{done * REQUESTS:,} decisions", err=True, nl=False)
        except DifferenceError as difference:
            click.echo(f"DIFFERENCE {difference}")
            sys.exit(1)
    seconds = time.perf_counter() - start
    for reason, count in reasons.most_common():
        click.echo(f"{reason:20} {count:10,}")
    click.echo(f"{reasons.total():,} decisions, no difference, {seconds:.0f} s")


if __name__ == "__main__":
    main()
