"""Mutated byte streams of real clients get no more from the service than the engine gives."""

import asyncio

import pytest

from authz.http2.frames import DATA
from authz.http2.grpc import framed
from authz.server.methods import Unary
from authz.v1 import authz_pb2
from tests.builders import ALICE, APP_1, account, engine
from tests.http2.fuzz import fuzz
from tests.server.fuzz_native import Witness, captured, serving
from tests.sidecar import check_request

QUESTION = check_request(ALICE, "im:AddUser", APP_1).SerializeToString()
ALLOWED = authz_pb2.CheckResponse(allowed=True).SerializeToString()


def test_some_thousand_mutated_captures_get_no_allow_that_the_engine_did_not_give():
    async def scenario():
        world, allowed = serving()
        return await fuzz(world, captured(), 2000, seed=9113), allowed

    (done, outcomes), allowed = asyncio.run(scenario())
    assert done == 2000
    assert outcomes > 20
    assert min(allowed[True], allowed[False]) > 300


def test_given_a_service_that_allows_too_much_the_witness_complains():
    witness = Witness(engine(account()))
    witness.watched("Check", Unary(lambda _question: ALLOWED)).answer(QUESTION)
    with pytest.raises(AssertionError):
        witness.check([])


def test_given_a_transport_that_says_what_nobody_gave_the_witness_complains():
    witness = Witness(engine(account()))
    with pytest.raises(AssertionError):
        witness.check([(DATA, 0, 1, framed(ALLOWED))])
