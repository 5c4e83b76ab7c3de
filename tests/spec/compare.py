"""The engine against the specification: `python -m tests.spec.compare --decisions 1000000 [--seed N]`.

It ends with a table of outcomes, or with 1 and the first difference as JSON.
"""

import json
import random
from collections import Counter

import click

from tests.spec import generators, model, subject
from tests.spec.running import difference, run

QUESTIONS = 250  # about each world


def compare(seed, most=3):
    """A seeded world and its questions; how often each reason came out. `most` is that of `generators.world`."""
    rnd = random.Random(seed)
    world = generators.world(rnd, most=most)
    engine = subject.engine_on(world)
    reasons = Counter()
    for _ in range(QUESTIONS):
        request = generators.request(rnd)
        wanted, got = model.decide(world, request), subject.verdict(engine, request)
        if wanted != got:
            raise difference(**shortened(seed, world, request))
        reasons[wanted.reason] += 1
    return reasons


def shortened(seed, world, request):
    """The smallest world and context found on which the two still differ, by leaving out part after part."""
    world, request = json.loads(json.dumps(world)), request._replace(context=dict(request.context))
    is_shrinking = True
    while is_shrinking:
        is_shrinking = any(_try_without(part, key, world, request) for part, key in list(_parts(world, request)))
    wanted, got = model.decide(world, request), subject.verdict(subject.engine_on(world), request)
    return {"seed": seed, "specification": wanted, "engine": got, "request": request._asdict(), "world": world}


def _parts(world, request):
    yield from ((request.context, key) for key in request.context)
    stack = [world]
    while stack:
        part = stack.pop()
        keys = list(part) if isinstance(part, dict) else range(len(part) - 1, -1, -1)
        for key in keys:
            yield part, key
            if isinstance(part[key], dict | list):
                stack.append(part[key])


def _try_without(part, key, world, request):
    """Whether the difference stays without that part, which then stays out."""
    if not (key in part if isinstance(part, dict) else key < len(part)):
        return False
    before = part.copy()
    del part[key]
    try:
        engine = subject.engine_on(world)
        if model.decide(world, request) != subject.verdict(engine, request):
            return True
    except Exception:  # noqa: BLE001 - what makes no valid world is no smaller example of the difference
        pass
    part.clear()
    part.update(before) if isinstance(part, dict) else part.extend(before)
    return False


@click.command()
@click.option("--decisions", default=100_000, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--processes", default=2, show_default=True)
def main(decisions, seed, processes):
    """Compare so many random decisions; exit with 1 at the first difference."""
    run(compare, range(seed, seed + -(-decisions // QUESTIONS)), processes, "decisions")


if __name__ == "__main__":
    main()
