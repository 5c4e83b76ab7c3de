"""What holds for every call, whatever transport brings it."""

import asyncio
import gc
import weakref

import grpc
import pytest

from authz.errors import InvalidRequestError
from authz.pdp.counters import Tally
from authz.pdp.limits import DEFAULT_LIMITS
from authz.pdp.scheduling import Admission, at_once
from authz.server.call_policy import Conduct
from authz.server.listeners import parse_address
from authz.server.methods import Conversation, Lengthy, MethodTable, Single
from authz.server.revisions import RevisionFeed
from authz.server.transport import TransportKind, open_transport
from tests.builders import account, engine
from tests.waiting import DEADLINE, until


async def refused(method):
    """Ask what cannot be answered, and wait until nothing of it is left."""
    conduct = Conduct(RevisionFeed(engine(account())), Tally(), DEADLINE, Admission(10))
    transport = open_transport(TransportKind.NATIVE, [MethodTable("s", {"m": method}, conduct)], DEFAULT_LIMITS)
    address = transport.listen(parse_address("127.0.0.1:0"), None)
    await transport.start()
    try:
        async with grpc.aio.insecure_channel(address) as channel:
            talk = channel.stream_stream("/s/m")(iter([b"question" * 1000]))
            assert await talk.code() is grpc.StatusCode.INVALID_ARGUMENT
    finally:
        await transport.close()


@pytest.mark.parametrize("form", [Single, lambda answer: Lengthy(at_once(answer)), Conversation])
def test_a_refused_question_is_freed_without_a_collection(form):
    """Requests have megabytes, and collections are rare."""
    errors = []

    class RefusedError(InvalidRequestError):
        def __init__(self, question):
            super().__init__("field", f"{len(question)} bytes")
            errors.append(weakref.ref(self))

    def answer(question):
        raise RefusedError(question)

    async def run():
        await refused(form(answer))
        await until(lambda: not any(error() for error in errors))

    gc.collect()
    gc.disable()
    try:
        asyncio.run(run())
    finally:
        gc.enable()
    assert errors
