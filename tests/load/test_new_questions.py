import itertools

from authz.v1 import authz_pb2
from tests.load import new_questions


def test_cold_questions_never_repeat():
    new = new_questions.Novelty()
    asked = list(itertools.chain(new.cold(100), new.cold(100)))
    assert len(set(asked)) == 200


def test_questions_with_new_contexts_ask_a_thousand_things():
    asked = [authz_pb2.CheckRequest.FromString(each) for each in new_questions.Novelty().contexts(1200)]
    assert len({each.context["qcs:ip"].values[0] for each in asked}) == 1200
    assert len({(each.principal, each.resource) for each in asked}) == 1000


def test_batches_hold_distinct_questions():
    for batches in (new_questions.warm_batches(2, 50), new_questions.Novelty().cold_batches(2, 50)):
        batch = authz_pb2.BatchCheckRequest.FromString(next(batches))
        assert len({each.SerializeToString() for each in batch.checks}) == 50
