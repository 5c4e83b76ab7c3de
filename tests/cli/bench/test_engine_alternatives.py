import pytest

from authz.cli.bench.engine_alternatives import ALTERNATIVES
from authz.cli.bench.engine_world import one_account


@pytest.mark.parametrize("name", ALTERNATIVES)
def test_an_alternative_names_the_same_statement_as_the_engine(name):
    world = one_account(100, 100)
    (state,) = world.snapshot.states.values()
    requests = [question.parse() for question in world.questions]
    ways = {who: ALTERNATIVES[name](state.plan(who).rules) for who in {request.principal for request in requests}}
    for request in requests:
        engine = state.plan(request.principal).for_action(request.action)
        assert ways[request.principal](request.action, request.resource) == engine.decide(request.resource, None)
