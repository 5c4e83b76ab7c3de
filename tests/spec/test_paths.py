"""Every road to a decision says what the specification says: engine, cold and warm cache, batch, stream, gRPC."""

import json
import random

import pytest

from authz.cache import DecisionCache
from authz.server.batch import BatchChecker
from authz.server.check import Checker
from authz.v1 import authz_pb2
from tests.sidecar import Sidecar, reason
from tests.spec import generate, model, product
from tests.spec.compare import OPERATION_LEVEL, compare_account

NOON = generate.NOON


@pytest.mark.parametrize("seed", range(60))
def test_the_engine_decides_as_the_specification(seed):
    compare_account(seed)  # 200 requests; it raises at the first difference


def message(request, *, with_time):
    """The request as it goes over the wire; with its time in the context where the server's clock is not ours."""
    principal, action, resource, context, time = request
    values = {key: authz_pb2.ContextValue(values=each) for key, each in context.items()}
    if with_time and "qcs:current_time" not in context:
        values["qcs:current_time"] = authz_pb2.ContextValue(
            values=["2025-12-31T23:59:59Z" if time < NOON else "2026-01-01T00:00:00Z"]
        )
    return authz_pb2.CheckRequest(principal=principal, action=action, resource=resource, context=values)


def told(response):
    """Reason and statement of an answer, which allows only where the reason does."""
    assert response.allowed == (reason(response) in ("ALLOWED", "ROOT_ACCOUNT"))
    ref = response.statement
    return reason(response), (ref.policy, ref.index, ref.attached_to) if response.HasField("statement") else None


@pytest.mark.parametrize("seed", range(1000, 1020))
def test_a_warm_cache_is_right_at_every_second(seed):
    """The same questions again and again while the clock goes to and fro over the moments that policies name."""
    source = random.Random(seed)
    account = generate.account(source)
    now = [0.0]
    cache = DecisionCache(1000, lambda: now[0])
    checker = Checker(product.engine_of(account), cache, lambda: now[0])
    batches = BatchChecker(checker, 100)
    requests = [generate.request(source) for _ in range(40)]
    for step in (-2, -1, -0.5, 0, 0.9, 1, 2, -1, 1):
        now[0] = NOON + step
        wanted = [model.decide({account["uin"]: account}, OPERATION_LEVEL, *each[:4], now[0]) for each in requests]
        questions = [message(each, with_time=False) for each in requests]
        singles = [authz_pb2.CheckResponse.FromString(checker.check(each.SerializeToString())) for each in questions]
        assert [told(each) for each in singles] == wanted
        batch = batches.check(authz_pb2.BatchCheckRequest(checks=questions).SerializeToString())
        results = authz_pb2.BatchCheckResponse.FromString(batch).results
        assert [told(each.response) for each in results] == wanted
    assert cache.hits > 360


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A running sidecar on 30 random accounts, and these."""
    folder, accounts = tmp_path_factory.mktemp("accounts"), {}
    source = random.Random(7)
    for number in range(30):
        uin = str(20_000_000 + number)
        text = json.dumps(generate.account(source)).replace(generate.UIN, uin)
        accounts[uin] = json.loads(text)
        place = folder / uin
        place.mkdir()
        (place / "attachments.json").write_text(json.dumps(product.attachments(accounts[uin])))
        for name, document in accounts[uin]["documents"].items():
            (place / f"{name}.json").write_text(json.dumps(document))
    with Sidecar(folder) as sidecar:
        yield sidecar, accounts


def by_check(stub, questions):
    return [stub.Check(each) for each in questions]


def by_batch(stub, questions):
    answers = (
        stub.BatchCheck(authz_pb2.BatchCheckRequest(checks=questions[at : at + 500]))
        for at in range(0, len(questions), 500)
    )
    return [result.response for answer in answers for result in answer.results]


def by_stream(stub, questions):
    return list(stub.StreamCheck(iter(questions)))


@pytest.mark.parametrize("ask", [by_check, by_batch, by_stream])
@pytest.mark.parametrize("temperature", ["cold", "warm"])
def test_a_running_sidecar_answers_as_the_specification(served, ask, temperature):
    sidecar, accounts = served
    source = random.Random(f"{ask.__name__}" if temperature == "cold" else "the same for all")
    requests = []
    for uin in accounts:
        for _ in range(40):
            principal, action, resource, context, time = generate.request(source)
            whole = (principal.replace(generate.UIN, uin), action, resource.replace(generate.UIN, uin), context, time)
            requests.append(whole)
    questions = [message(each, with_time=True) for each in requests]
    wanted = []
    for request, question in zip(requests, questions, strict=True):
        context = {key: list(value.values) for key, value in question.context.items()}
        wanted.append(model.decide(accounts, OPERATION_LEVEL, *request[:3], context, request[4]))
    assert [told(each) for each in ask(sidecar.stub, questions)] == wanted
