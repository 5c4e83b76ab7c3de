"""Checks of one turn become one BatchCheck, and stay each caller's own."""

import asyncio

import pytest

from authz.client.answers import Decision, Reason
from authz.client.faults import InvalidQuestionError, SidecarFaultError, TimedOutError, UnavailableError
from authz.client.gathering import Gatherer
from authz.client.questions import encode_question
from authz.v1 import authz_pb2


class Sidecar:
    """Remembers the batches it was sent; allows whatever is not named `bad`."""

    def __init__(self, failure=None):
        self.batches = []
        self.failure = failure
        self.answering = asyncio.Event()
        self.answering.set()

    async def send(self, data, timeout):  # noqa: ASYNC109 - as the real one
        batch = authz_pb2.BatchCheckRequest.FromString(data)
        self.batches.append(([check.resource for check in batch.checks], timeout, batch.at_least_revision))
        await self.answering.wait()
        if self.failure is not None:
            raise self.failure
        return authz_pb2.BatchCheckResponse(results=map(self._result, batch.checks)).SerializeToString()

    def _result(self, check):
        if check.resource == "bad":
            return authz_pb2.BatchCheckResult(error=authz_pb2.CheckError(code=3, message="resource: bad"))
        response = authz_pb2.CheckResponse(allowed=True, reason=2, revision="1", message=check.resource)
        return authz_pb2.BatchCheckResult(response=response)


def question(resource):
    return encode_question("p", "a", resource, None)


def run(scenario, limit=1000, failure=None):
    async def main():
        sidecar = Sidecar(failure)
        gatherer = Gatherer(sidecar.send, limit)
        result = await scenario(gatherer, sidecar)
        await gatherer.close()
        return result, sidecar.batches

    return asyncio.run(main())


def ask_all(*resources):
    async def scenario(gatherer, _sidecar):
        return await asyncio.gather(*(gatherer.ask(question(each), 1.0, "") for each in resources))

    return scenario


def test_one_turn_is_one_batch_in_which_equal_questions_stand_once():
    answers, batches = run(ask_all("x", "y", "x"))
    assert [answer.message for answer in answers] == ["x", "y", "x"]
    assert batches == [(["x", "y"], 1.0, "")]


def test_the_next_turn_is_the_next_batch():
    async def scenario(gatherer, _sidecar):
        await gatherer.ask(question("x"), 1.0, "")
        await gatherer.ask(question("x"), 1.0, "")

    _, batches = run(scenario)
    assert batches == [(["x"], 1.0, "")] * 2


def test_deadlines_and_revisions_are_not_mixed():
    async def scenario(gatherer, _sidecar):
        await asyncio.gather(*(gatherer.ask(question("x"), *how) for how in [(1.0, ""), (2.0, ""), (1.0, "7")]))

    _, batches = run(scenario)
    assert batches == [(["x"], 1.0, ""), (["x"], 2.0, ""), (["x"], 1.0, "7")]


def test_a_turn_beyond_the_limit_is_several_batches():
    answers, batches = run(ask_all(*"abcde"), limit=2)
    assert [answer.message for answer in answers] == list("abcde")
    assert [asked for asked, _, _ in batches] == [["a", "b"], ["c", "d"], ["e"]]


def test_an_error_is_its_callers_alone():
    (good, bad), _ = run(ask_all("x", "bad"))
    assert good == Decision(allowed=True, reason=Reason.ALLOWED, message="x", revision="1")
    assert isinstance(bad, InvalidQuestionError)
    assert bad.violations[0].field == "resource"


@pytest.mark.parametrize("failure", [TimedOutError("late"), RuntimeError("a bug")], ids=repr)
def test_a_batch_that_fails_answers_everybody_with_an_error(failure):
    answers, _ = run(ask_all("x", "y"), failure=failure)
    assert [type(answer) for answer in answers] == [
        TimedOutError if failure.args == ("late",) else SidecarFaultError
    ] * 2


def test_a_caller_that_is_cancelled_disturbs_no_other():
    async def scenario(gatherer, sidecar):
        sidecar.answering.clear()
        callers = [gatherer.ask(question(each), 1.0, "") for each in ("x", "x", "y")]
        await asyncio.sleep(0)
        callers[0].cancel()
        sidecar.answering.set()
        answers = await asyncio.gather(*callers, return_exceptions=True)
        return [type(answers[0]), answers[1].message, answers[2].message]

    assert run(scenario)[0] == [asyncio.CancelledError, "x", "y"]


def test_closing_leaves_nobody_waiting():
    async def scenario(gatherer, sidecar):
        sidecar.answering.clear()
        callers = [gatherer.ask(question("x"), 1.0, "")]
        await asyncio.sleep(0)
        callers.append(gatherer.ask(question("y"), 1.0, ""))
        await gatherer.close()
        return [type(answer) for answer in await asyncio.gather(*callers)]

    assert run(scenario)[0] == [UnavailableError] * 2
