"""Lists against single checks of their items: `python -m tests.spec.listing --questions 1000000`.

A call has a context, and items have tags of their own: what a list shows for certain, a check of the item must allow,
and what a check allows, the list must show. It ends with a table, or with 1 and the first difference as JSON.
"""

import random
from collections import Counter

import click

from authz.engine.request import parse_request
from authz.insight.allowed_resources import ListQuestion, allowed_resources
from tests.spec import generators, keys_generator, model, subject
from tests.spec.conditions_generator import CONTEXT
from tests.spec.conditions_model import fits, present_name
from tests.spec.running import difference, run
from tests.spec.statements_model import is_own, segments

QUESTIONS = 250  # about each world
ITEMS = 5  # of each list
TAG = "qcs:resource_tag"
NEAR_TAGS = [key for stem in (TAG, "qcs:tag") for key in keys_generator.NEAR[stem]]


def is_inside(pattern, resource):
    """Whether a listed pattern covers a resource of the own account, segment by segment as a backend compares them."""
    if pattern == "*" or resource == "*":
        return pattern == "*"
    wanted, actual = segments(pattern), segments(resource)
    return all(fits(wanted[at] or "*", actual[at]) for at in (0, 1, 3))


def bounds_of(engine, request):
    context = {key: tuple(values) for key, values in request.context.items()}
    parsed = parse_request(request.principal, request.action, "*", context, request.time)
    question = ListQuestion(parsed.principal, parsed.action, parsed.context, request.time)
    return allowed_resources(engine.live, question)


def is_tag(key):
    """Whether a key is one of resource tags, by whichever name."""
    return present_name(key.strip()).partition("/")[0] == TAG


def tells_all(context):
    """Whether the call says which tags every resource has; then items have no others (see AllowedResources)."""
    return any(present_name(key.strip()).removesuffix("/") == TAG and values for key, values in context.items())


def compare(seed):
    """A world, lists of it and their items; how often each outcome came up."""
    rnd = random.Random(seed)
    world, lists = near_tags(rnd) if seed % 2 else everything(rnd)
    engine, outcomes = subject.engine_on(world), Counter()
    for listed, items in lists:
        bounds = bounds_of(engine, listed)
        for resource, tags in items:
            checked = listed._replace(resource=resource, context={**listed.context, **tags})
            outcomes[outcome(world, bounds, checked)] += 1
    return outcomes


def outcome(world, bounds, checked):
    allowed = model.decide(world, checked).allowed
    is_listed = any(is_inside(each, checked.resource) for each in bounds.allow)
    is_taken = any(is_inside(each, checked.resource) for each in bounds.deny)
    is_shown = is_listed and not is_taken
    if allowed and not is_shown:
        raise difference(what="hidden, though a check allows it", bounds=repr(bounds), item=checked, world=world)
    if is_shown and not allowed and not bounds.needs_check:
        raise difference(what="shown, though a check denies it", bounds=repr(bounds), item=checked, world=world)
    return f"{'shown' if is_shown else 'hidden'}{', to be checked' if is_shown and bounds.needs_check else ''}"


def near_tags(rnd):
    """Policies on tags and on keys that are nearly such; calls and items give tags in every form."""
    world, keys = keys_generator.world(rnd, NEAR_TAGS)
    keys = keys_generator.taken(keys)
    lists = []
    for _ in range(QUESTIONS // ITEMS):
        asked = keys_generator.question(rnd, keys)._replace(time=keys_generator.moment(rnd))
        mine = keys_generator.context(rnd, list(filter(is_tag, keys)) or [TAG])
        given = rnd.choice([{}, mine, {f"{TAG}/env": ["prod"]}])
        listed = asked._replace(context=asked.context | given)
        tags = [] if tells_all(listed.context) else [*filter(is_tag, keys), TAG, f"{TAG}/dept", "qcs:tag/env"]
        lists.append((listed, [item(rnd, tags) for _ in range(ITEMS)]))
    return world, lists


def item(rnd, tags):
    """A resource and what it says of itself."""
    found = rnd.sample(tags, min(len(tags), rnd.randrange(3)))
    return rnd.choice(keys_generator.RESOURCES), {key: keys_generator.values_of(rnd, key) for key in found}


def everything(rnd):
    """Policies of every kind; the call gives no tags, or one, and the items give others."""
    world, lists = generators.world(rnd), []
    while len(lists) < QUESTIONS // ITEMS:
        asked = generators.request(rnd)
        context = {key: values for key, values in asked.context.items() if not is_tag(key)}
        if rnd.randrange(3) == 0:
            context["qcs:resource_tag/env"] = rnd.sample(["prod", "test"], 1)
        listed = asked._replace(context=context)
        lists.append((listed, [(each, tags_of(rnd)) for each in own_resources(rnd, world, asked)]))
    return world, lists


def tags_of(rnd):
    keys = rnd.sample([TAG, f"{TAG}/dept", "qcs:tag"], rnd.randrange(3))
    return {key: [rnd.choice(CONTEXT[key]) for _ in range(rnd.choice([1, 1, 2]))] for key in keys}


def own_resources(rnd, world, request):
    """Resources of the own account, of which alone a list speaks."""
    caller = model.find_caller(world, request.principal)
    root = caller.root if caller else generators.ROOT
    kinds = list(generators.TAILS)
    drawn = [generators.request_resource(rnd, rnd.choice(kinds), root, generators.OTHER) for _ in range(ITEMS * 3)]
    return [each for each in [request.resource, *drawn] if caller is None or is_own(caller, each)][:ITEMS]


@click.command()
@click.option("--questions", default=100_000, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--processes", default=2, show_default=True)
def main(questions, seed, processes):
    """Compare so many items of random lists; exit with 1 at the first difference."""
    run(compare, range(seed, seed + -(-questions // QUESTIONS)), processes, "items")


if __name__ == "__main__":
    main()
