"""AllowedResources never promises what the specification denies, and never leaves out what it allows."""

import random

import pytest

from authz.engine.listing import ListQuestion, allowed_resources
from authz.engine.request import parse_request
from tests.spec import generators, model, subject
from tests.spec.conditions_generator import TAGS
from tests.spec.conditions_model import fits
from tests.spec.statements_model import is_own, segments


def is_inside(pattern, resource):
    """Whether a listed pattern covers a resource of the own account, segment by segment as a backend compares them."""
    if pattern == "*" or resource == "*":
        return pattern == "*"
    wanted, actual = segments(pattern), segments(resource)
    return all(fits(wanted[at] or "*", actual[at]) for at in (0, 1, 3))


def bounds_of(engine, request):
    parsed = parse_request(request.principal, request.action, "*", frozen(request.context), request.time)
    question = ListQuestion(parsed.principal, parsed.action, parsed.context, request.time)
    return allowed_resources(engine.live, question)


def frozen(context):
    return {key: tuple(values) for key, values in context.items()}


def without_tags(request):
    """A list question, which knows no single resource and so none of its tags."""
    keys = {
        key: values for key, values in request.context.items() if not key.startswith(("qcs:resource_tag", "qcs:tag"))
    }
    return request._replace(context=keys)


def own_resources(rnd, world, request):
    caller = model.find_caller(world, request.principal)
    root = caller.root if caller else generators.ROOT
    drawn = [
        generators.request_resource(rnd, rnd.choice(list(generators.TAILS)), root, generators.OTHER) for _ in range(8)
    ]
    return [request.resource, *(each for each in drawn if caller is None or is_own(caller, each))]


@pytest.mark.parametrize("seed", range(40))
def test_what_is_listed_bounds_what_the_specification_allows(seed):
    rnd = random.Random(seed)
    world = generators.world(rnd)
    engine = subject.engine_on(world)
    counts = {"certain": 0, "allowed": 0}
    for _ in range(80):
        request = without_tags(generators.request(rnd))
        bounds = bounds_of(engine, request)
        for resource in own_resources(rnd, world, request):
            caller = model.find_caller(world, request.principal)
            if caller and not is_own(caller, resource):
                continue  # a listing speaks of the own account
            tagged = {**request.context, "qcs:resource_tag": rnd.sample(TAGS, rnd.randrange(3))}
            verdict = model.decide(world, request._replace(resource=resource, context=tagged))
            is_listed = any(is_inside(each, resource) for each in bounds.allow)
            is_taken = any(is_inside(each, resource) for each in bounds.deny)
            if verdict.allowed:
                assert is_listed, (request, resource)
                assert not is_taken, (request, resource)
                counts["allowed"] += 1
            elif not bounds.needs_check:
                assert not is_listed or is_taken, (request, resource, bounds)
                counts["certain"] += 1
    assert min(counts.values()) > 0
