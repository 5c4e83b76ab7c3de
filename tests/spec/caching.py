"""The checker with its caches against the checker without: `python -m tests.spec.caching --questions 1000000`.

It ends with a table of where the answers came from, or with 1 and the first difference as JSON.
"""

import random
from collections import Counter

import click

from authz.engine.evaluate import decide
from authz.engine.facts import NO_FACTS
from authz.engine.relevant_context import relevant_context
from authz.engine.request import parse_request
from authz.errors import InvalidRequestError
from authz.pdp.batch import BatchChecker
from authz.pdp.cache import DecisionCache
from authz.pdp.check import Checker
from authz.pdp.tiers import Tiers
from authz.v1 import authz_pb2
from authz.wire.answers import write_decision, write_revision
from tests.builders import finished
from tests.spec import keys_generator, model, subject
from tests.spec.running import difference, run

QUESTIONS = 250  # about each world


class NamedTiers(Tiers):
    """They tell by `tier` which of them gave the last answer."""

    tier = ""

    def answer(self, data, snapshot, read):
        self.tier = "prefix"
        return super().answer(data, snapshot, read)

    def _by_plain_question(self, data, snapshot):
        entry = super()._by_plain_question(data, snapshot)
        if entry is not None and authz_pb2.CheckRequest.FromString(data).context:
            self.tier = "context unread"
        return entry

    def _by_meaning(self, question, snapshot):
        before = self._cache.misses
        entry = super()._by_meaning(question, snapshot)
        self.tier = "decided" if self._cache.misses > before else "meaning"
        return entry


class NamingChecker(Checker):
    """A checker whose tiers tell which of them answered."""

    def __init__(self, engine, size, now):
        cache = DecisionCache(size, lambda: now)
        super().__init__(engine, cache, lambda: now)
        self._tiers = NamedTiers(cache, lambda: now)

    def check(self, data):
        self._tiers.tier = "question"  # known as it stands
        return super().check(data)

    @property
    def tier(self):
        return self._tiers.tier


def encoded(rnd, request):
    """The question as bytes: as protobuf writes it, or in another order that means the same."""
    if rnd.randrange(4):
        return subject.message(request).SerializeToString(deterministic=True)
    parts = [subject.message(request._replace(context={})), *(entry(*item) for item in request.context.items())]
    rnd.shuffle(parts)
    return b"".join(part.SerializeToString() for part in parts)


def entry(key, values):
    return authz_pb2.CheckRequest(context={key: authz_pb2.ContextValue(values=values)})


def answer(check, data):
    """The bytes of an answer, or the words of a refusal."""
    try:
        return check(data)
    except InvalidRequestError as error:
        return str(error)


def compare(seed, questions=QUESTIONS):
    """A world and its questions, by every road; how often each of the cache's tiers answered."""
    return compare_drawn(random.Random(seed), questions)


def compare_drawn(rnd, number):
    world, keys = keys_generator.world(rnd)
    now = keys_generator.moment(rnd)
    engine = subject.engine_on(world)
    warm, tight, cold = (NamingChecker(engine, size, now) for size in (1000, 4, 0))
    asked = [(each, encoded(rnd, each)) for each in keys_generator.questions(rnd, keys, number)]
    tiers, answers = Counter(), []
    for request, data in asked:
        wanted = answer(cold.check, data)
        for checker in (warm, tight):
            got = answer(checker.check, data)
            if got != wanted:
                raise differing(world, request, data, checker.tier, wanted, got)
        tiers[warm.tier if isinstance(wanted, bytes) else "refused"] += 1
        look_behind(engine, world, request._replace(time=now), data, wanted)
        answers.append(wanted)
    by_batch(engine, world, asked, answers, now)
    return tiers


def look_behind(engine, world, request, data, wanted):
    """The answer is that of the specification, and the engine read nothing but what makes questions differ."""
    if isinstance(wanted, str):
        return
    told = subject.told(authz_pb2.CheckResponse.FromString(wanted))
    if told != model.decide(world, request):
        raise differing(world, request, data, "specification", model.decide(world, request), told)
    context = {key: tuple(values) for key, values in request.context.items()}
    parsed = parse_request(request.principal, request.action, request.resource, context, request.time)
    read = set()
    plan = engine.live.resolve(parsed.principal, parsed.action)
    decision = decide(engine.live, plan, parsed, read)
    whole = b"".join(write_decision(plan, decision, parsed)) + write_revision(engine.live.revision)
    if whole != wanted:  # the words of a denial too
        raise differing(world, request, data, "whole context", whole, wanted)
    kept = {key for key, _ in relevant_context(plan, parsed.context)}
    if not read <= kept or NO_FACTS.keys_read:
        raise differing(world, request, data, "relevant_context", sorted(kept), sorted(read | NO_FACTS.keys_read))


def by_batch(engine, world, asked, answers, now):
    """All at once, twice: the second time by one look-up of all."""
    good = [
        (request, data, told) for (request, data), told in zip(asked, answers, strict=True) if told.__class__ is bytes
    ]
    batches = BatchChecker(Checker(engine, DecisionCache(1000, lambda: now), lambda: now), len(good) or 1)
    raw = authz_pb2.BatchCheckRequest(checks=[authz_pb2.CheckRequest.FromString(data) for _, data, _ in good])
    for road in ("batch", "batch again", "known batch"):
        result = authz_pb2.BatchCheckResponse.FromString(finished(batches.check(raw.SerializeToString())))
        for (request, data, wanted), each in zip(good, result.results, strict=True):
            if each.response != authz_pb2.CheckResponse.FromString(wanted):
                raise differing(world, request, data, road, wanted, each.response.SerializeToString())


def differing(world, request, data, road, wanted, got):
    return difference(road=road, wanted=repr(wanted), got=repr(got), request=request, data=data.hex(), world=world)


@click.command()
@click.option("--questions", default=100_000, show_default=True)
@click.option("--seed", default=0, show_default=True)
@click.option("--processes", default=2, show_default=True)
def main(questions, seed, processes):
    """Compare so many random answers; exit with 1 at the first difference."""
    run(compare, range(seed, seed + -(-questions // QUESTIONS)), processes, "questions")


if __name__ == "__main__":
    main()
