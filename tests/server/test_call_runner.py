"""Calls as the runner runs them, on a transport without sockets; and what real transports must not keep of them."""

import asyncio
import gc
import weakref

import grpc
import pytest
from google.rpc import code_pb2

from authz.errors import AuthzError, DrainingError, InvalidRequestError
from authz.pdp.counters import Counters
from authz.pdp.limits import DEFAULT_LIMITS
from authz.pdp.required_revision import RevisionAheadError
from authz.pdp.scheduling import ConcurrencyLimiter, at_once
from authz.server.call_policy import CallPolicy
from authz.server.call_runner import Adapter, DeferredError, required_revision, runners
from authz.server.client_allowlist import ClientAllowlist
from authz.server.listeners import parse_address
from authz.server.methods import BidiStream, LongUnary, MethodTable, ServerStream, Unary
from authz.server.peer import Peer
from authz.server.revisions import RevisionFeed
from authz.server.streams import OpenStreams
from authz.server.transport import TransportKind, open_transport
from tests.builders import account, engine
from tests.logs import capture_logs
from tests.waiting import DEADLINE, until

IMPOSSIBLE = 10**15  # a revision that no sidecar can have given
LIMIT = 3


class AbortedError(Exception):
    """How this transport ends a call."""

    def __init__(self, status):
        super().__init__(status.message)
        self.code, self.message = status.code, status.message


class Queue:
    """Work that was read waits here; `done` is called when none does any more."""

    def at_end(self, done):
        self.done = done


class FakeCall:
    """A call whose messages were all sent, by a client that reads every answer."""

    quick = None

    def __init__(self, *messages, connection="a", seconds_left=None):
        self.connection = connection
        self.sent = []
        self._unread = list(messages)
        self._left = seconds_left

    def seconds_left(self):
        return self._left

    async def read(self):
        return self._unread.pop(0) if self._unread else None

    async def write(self, message):
        self.sent.append(message)


class Served:
    """One method on a transport without sockets."""

    def __init__(self, method, *, patience=DEADLINE, allowlist=None):
        self.engine = engine(account())
        self.limiter, counters, self.queue = ConcurrencyLimiter(LIMIT), Counters(), Queue()
        self.limiter._streams.limit = LIMIT
        call_policy = CallPolicy(RevisionFeed(self.engine), counters, patience, self.limiter, allowlist)
        adapter = Adapter(AbortedError, OpenStreams(), self.queue)
        self.runner = runners(MethodTable("s", {"m": method}, call_policy), adapter)["m"]
        self.counters = counters.method("m")

    @property
    def counts(self):
        return self.counters.started, self.counters.answered, dict(self.counters.failed)


def raising(*errors):
    """An answer to each question: what it raises first, and then the question."""
    waiting = list(errors)

    def answer(question):
        if waiting:
            raise waiting.pop(0)
        return question

    return answer


def test_a_question_is_answered_where_it_was_read():
    served = Served(Unary(bytes.upper))
    assert (served.runner.inline(b"q"), served.counts) == (b"Q", (1, 1, {}))


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (InvalidRequestError("action", "it is empty"), "INVALID_ARGUMENT", "action: it is empty"),
        (AuthzError("broken"), "INTERNAL", "broken"),
        (ZeroDivisionError("secret"), "INTERNAL", "internal error"),
        (RevisionAheadError(IMPOSSIBLE, 1), "UNAVAILABLE", None),
    ],
)
@pytest.mark.parametrize("form", [Unary, lambda answer: LongUnary(at_once(answer), 100), BidiStream])
def test_an_error_ends_the_call_with_its_status_and_is_counted_once(form, error, code, message):
    served, call = Served(form(raising(error))), FakeCall(b"q")
    run = served.runner.run(call) if form is BidiStream else served.runner.run(b"q", call)
    with capture_logs() as lines, pytest.raises(AbortedError) as caught:
        asyncio.run(run)
    assert code_pb2.Code.Name(caught.value.code) == code
    assert message in (None, caught.value.message)
    assert served.counts == (1, 0, {code: 1})
    assert len(lines) == (message == "internal error")


@pytest.mark.parametrize("form", [Unary, lambda answer: LongUnary(at_once(answer)), BidiStream])
def test_a_question_waits_for_the_revision_that_it_requires(form):
    served, call = Served(form(raising(RevisionAheadError(2, 1)))), FakeCall(b"q")

    async def scenario():
        run = served.runner.run(call) if form is BidiStream else served.runner.run(b"q", call)
        running = asyncio.ensure_future(run)
        await until(lambda: served.limiter.waiting)
        served.engine.publish({}, (), 2)
        return await running

    assert asyncio.run(scenario()) == (None if form is BidiStream else b"q")
    assert call.sent == ([b"q"] if form is BidiStream else [])
    assert served.counts == (1, 1, {})


def test_a_question_does_not_wait_longer_than_its_caller():
    served = Served(Unary(raising(RevisionAheadError(2, 1))))
    with pytest.raises(AbortedError, match="not reached"):
        asyncio.run(served.runner.run(b"q", FakeCall(seconds_left=0.0)))


def test_a_long_question_is_deferred_and_answered_in_its_turn():
    served = Served(LongUnary(at_once(bytes.upper), short_bytes=2))
    assert served.runner.inline(b"ab") == b"AB"
    with pytest.raises(DeferredError) as caught:
        served.runner.inline(b"abc")
    assert required_revision(caught.value) == 0
    assert asyncio.run(served.runner.finish(b"abc", 0, FakeCall())) == b"ABC"
    assert served.counts == (2, 2, {})


def test_calls_that_were_read_at_once_are_shed_beyond_the_limit_until_all_are_answered():
    served = Served(Unary(bytes.upper))
    assert [served.runner.is_shed("a") for _ in range(LIMIT + 2)] == [False] * LIMIT + [True] * 2
    assert served.counts == (2, 0, {"RESOURCE_EXHAUSTED": 2})
    assert served.limiter.rejected["in_flight"] == 2
    served.queue.done()
    assert not served.runner.is_shed("a")


def test_what_is_vital_is_never_shed():
    runner = Served(Unary(bytes.upper, is_vital=True)).runner
    assert runner.overload is None
    assert not any(runner.is_shed("a") for _ in range(LIMIT + 2))


def test_a_client_that_is_not_allowed_is_rejected_and_counted():
    served = Served(Unary(bytes.upper), allowlist=ClientAllowlist(["backend"]))
    served.runner.admit(lambda: Peer(names=frozenset(["backend"])))
    with pytest.raises(AbortedError) as caught:
        served.runner.admit(lambda: Peer(names=frozenset(["other"])))
    assert caught.value.code == code_pb2.PERMISSION_DENIED
    assert served.counts == (1, 0, {"PERMISSION_DENIED": 1})


def test_each_message_of_a_stream_is_answered_in_order():
    served, call = Served(BidiStream(bytes.upper)), FakeCall(b"a", b"b")
    asyncio.run(served.runner.run(call))
    assert (call.sent, served.counts) == ([b"A", b"B"], (1, 2, {}))


def test_a_stream_of_answers_ends_with_the_status_of_what_ended_it():
    async def messages(data):
        yield data
        raise DrainingError("stopping")

    served, call = Served(ServerStream(messages)), FakeCall()
    with pytest.raises(AbortedError, match="stopping"):
        asyncio.run(served.runner.run(b"q", call))
    assert (call.sent, served.counts) == ([b"q"], (1, 1, {"UNAVAILABLE": 1}))


def test_streams_are_bounded_where_the_transport_does_not():
    served = Served(BidiStream(bytes.upper))
    with (
        served.limiter.stream_slot("a"),
        served.limiter.stream_slot("a"),
        pytest.raises(AbortedError, match="streams are open"),
    ):
        asyncio.run(served.runner.run(FakeCall()))
    assert served.counts == (1, 0, {"RESOURCE_EXHAUSTED": 1})


async def refused(method):
    """Ask what cannot be answered, and wait until nothing of it is left."""
    call_policy = CallPolicy(RevisionFeed(engine(account())), Counters(), DEADLINE, ConcurrencyLimiter(10))
    transport = open_transport(TransportKind.NATIVE, [MethodTable("s", {"m": method}, call_policy)], DEFAULT_LIMITS)
    address = transport.listen(parse_address("127.0.0.1:0"), None)
    await transport.start()
    try:
        async with grpc.aio.insecure_channel(address) as channel:
            talk = channel.stream_stream("/s/m")(iter([b"question" * 1000]))
            assert await talk.code() in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.UNAVAILABLE)
    finally:
        await transport.close()


def errors_of(kind, errors):
    """An answer that raises an error of a kind, to which `errors` gets a weak reference; no frame here keeps it."""

    class Kept(kind):
        def __init__(self, *args):
            super().__init__(*args)
            errors.append(weakref.ref(self))

    def answer(question):
        raise Kept(*(("field", f"{len(question)} bytes") if kind is InvalidRequestError else (IMPOSSIBLE, 1)))

    return answer


@pytest.mark.parametrize("kind", [InvalidRequestError, RevisionAheadError])
@pytest.mark.parametrize("form", [Unary, lambda answer: LongUnary(at_once(answer)), BidiStream])
def test_a_refused_question_is_freed_without_a_collection(form, kind):
    """Requests have megabytes, and collections are rare."""
    errors = []

    async def run():
        await refused(form(errors_of(kind, errors)))
        await until(lambda: not any(error() for error in errors))

    gc.collect()
    gc.disable()
    try:
        asyncio.run(run())
    finally:
        gc.enable()
    assert errors
