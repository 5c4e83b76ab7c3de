"""A backend for tests whose service has every kind of method and field, on asyncio and on threads."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.rpc import error_details_pb2, status_pb2

from authz.client import AsyncClient, Client
from authz.enforcement import (
    PUBLIC,
    ApiMapping,
    AsyncAuthorizationInterceptor,
    AuthorizationInterceptor,
    Header,
    Permission,
    ServiceMapping,
    current_call,
)
from tests.sidecar import user
from tests.waiting import DEADLINE, eventually

ALICE = (("x-principal", user()),)
_FIELD = descriptor_pb2.FieldDescriptorProto
_KINDS = {
    "string": _FIELD.TYPE_STRING, "uint64": _FIELD.TYPE_UINT64, "int32": _FIELD.TYPE_INT32,
    "bytes": _FIELD.TYPE_BYTES, "bool": _FIELD.TYPE_BOOL,
}  # fmt: skip
_MESSAGES = {
    "Inner": ["string id", "list string ids"],
    "Ask": [
        "string app", "uint64 number", "Inner inner", "list string apps", "list Inner inners", "bytes raw", "bool flag",
        "optional uint64 maybe",
    ],
    "Item": ["string app", "string tag"],
    "Told": ["string text", "list Item items", "int32 count", "list string texts"],
}  # fmt: skip
_METHODS = {
    "One": (False, False), "Many": (False, True), "Gather": (True, False), "Chat": (True, True), "List": (False, False),
}  # fmt: skip


def _field(message, number, text):
    *label, kind, name = text.split()
    found = message.field.add(name=name, number=number)
    found.label = _FIELD.LABEL_REPEATED if label == ["list"] else _FIELD.LABEL_OPTIONAL
    if kind in _KINDS:
        found.type = _KINDS[kind]
    else:
        found.type, found.type_name = _FIELD.TYPE_MESSAGE, f".test.{kind}"
    if label == ["optional"]:
        found.proto3_optional, found.oneof_index = True, len(message.oneof_decl)
        message.oneof_decl.add(name=f"_{name}")


def _file():
    file = descriptor_pb2.FileDescriptorProto(name="enforcement_test.proto", package="test", syntax="proto3")
    for name, fields in _MESSAGES.items():
        message = file.message_type.add(name=name)
        for number, text in enumerate(fields, 1):
            _field(message, number, text)
    service = file.service.add(name="Backend")
    for name, (asks_many, tells_many) in _METHODS.items():
        service.method.add(
            name=name, input_type=".test.Ask", output_type=".test.Told",
            client_streaming=asks_many, server_streaming=tells_many,
        )  # fmt: skip
    return file


_POOL = descriptor_pool.DescriptorPool()
_POOL.Add(_file())
SERVICE = _POOL.FindServiceByName("test.Backend")
Ask, Inner, Item, Told = (
    message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"test.{name}"))
    for name in ("Ask", "Inner", "Item", "Told")
)
APP = "qcs::sms::uin/12345678:app/{app}"
ALL_PUBLIC = dict.fromkeys(_METHODS, PUBLIC)


def mapping(methods=None, *, principal=Header("x-principal"), **options):  # noqa: B008 - it is immutable
    """A mapping in which every method but `methods` asks for sms:DescribeAppInfo on the application."""
    every = {name: Permission("sms:DescribeAppInfo", APP) for name in _METHODS} | (methods or {})
    return ApiMapping([ServiceMapping(SERVICE, every)], principal=principal, **options)


class Record:
    """What handlers saw: the messages that were served, and what they knew of the call."""

    def __init__(self):
        self.seen = []
        self.calls = []
        self.items = []
        self.told = None

    def see(self, request):
        self.seen.append(request.app)
        self.calls.append(current_call())
        return Told(text=request.app)

    def list(self):
        self.told = Told(items=self.items, count=len(self.items))
        return self.told


def _async_handlers(record):
    async def one(request, _context):
        return record.see(request)

    async def many(request, _context):
        for _ in range(2):
            yield record.see(request)

    async def gather(requests, _context):
        return Told(text=" ".join([record.see(each).text async for each in requests]))

    async def chat(requests, _context):
        async for each in requests:
            yield record.see(each)

    async def listing(_request, _context):
        record.calls.append(current_call())
        return record.list()

    return one, many, gather, chat, listing


def _plain_handlers(record):
    def one(request, _context):
        return record.see(request)

    def many(request, _context):
        for _ in range(2):
            yield record.see(request)

    def gather(requests, _context):
        return Told(text=" ".join(record.see(each).text for each in requests))

    def chat(requests, _context):
        for each in requests:
            yield record.see(each)

    def listing(_request, _context):
        record.calls.append(current_call())
        return record.list()

    return one, many, gather, chat, listing


def generic_handler(one, many, gather, chat, listing):
    codecs = Ask.FromString, Told.SerializeToString
    return grpc.method_handlers_generic_handler(
        "test.Backend",
        {
            "One": grpc.unary_unary_rpc_method_handler(one, *codecs),
            "Many": grpc.unary_stream_rpc_method_handler(many, *codecs),
            "Gather": grpc.stream_unary_rpc_method_handler(gather, *codecs),
            "Chat": grpc.stream_stream_rpc_method_handler(chat, *codecs),
            "List": grpc.unary_unary_rpc_method_handler(listing, *codecs),
        },
    )


@contextmanager
def asyncio_backend(target, mapped, *, handlers=None, timeout=DEADLINE, credentials=None):
    """A backend on an event loop of its own thread; gives the record and a port."""
    record, loop = Record(), asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def start():
        client = AsyncClient(target, timeout=timeout)
        server = grpc.aio.server(interceptors=[AsyncAuthorizationInterceptor(mapped, client, timeout=timeout)])
        server.add_generic_rpc_handlers([generic_handler(*(handlers or _async_handlers(record)))])
        port = _listen(server, credentials)
        await server.start()
        return client, server, port

    def do(work):
        return asyncio.run_coroutine_threadsafe(work, loop).result(DEADLINE)

    client, server, port = do(start())
    try:
        yield record, port
    finally:
        do(server.stop(0))
        do(client.close())
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def threaded_backend(target, mapped, *, handlers=None, timeout=DEADLINE, credentials=None, workers=4):
    """A backend on threads; gives the record and a port."""
    record = Record()
    with ThreadPoolExecutor(workers) as pool, Client(target, timeout=timeout) as client:
        server = grpc.server(pool, interceptors=[AuthorizationInterceptor(mapped, client, timeout=timeout)])
        server.add_generic_rpc_handlers((generic_handler(*(handlers or _plain_handlers(record))),))
        port = _listen(server, credentials)
        server.start()
        try:
            yield record, port
        finally:
            server.stop(0).wait(DEADLINE)


def _listen(server, credentials):
    if credentials is None:
        return server.add_insecure_port("127.0.0.1:0")
    return server.add_secure_port("127.0.0.1:0", credentials)


BACKENDS = [asyncio_backend, threaded_backend]


class Stub:
    """Calls a backend as a user: `stub.one(app="1")`; streams take several messages."""

    def __init__(self, channel, metadata=ALICE):
        self._channel = channel
        self.metadata = metadata

    def _call(self, kind, name, argument, **options):
        method = getattr(self._channel, kind)(f"/test.Backend/{name}", Ask.SerializeToString, Told.FromString)
        return method(argument, **{"timeout": DEADLINE, "metadata": self.metadata, **options})

    def one(self, request=None, *, method="One", **fields):
        options = {key: fields.pop(key) for key in ("timeout", "metadata") if key in fields}
        return self._call("unary_unary", method, request or Ask(**fields), **options)

    def one_in_the_end(self, **fields):
        """An answer, asked for again while a backend that gives its sidecar little time finds that unavailable."""

        def once():
            try:
                return self.one(**fields)
            except grpc.RpcError as error:
                assert error.code() is grpc.StatusCode.UNAVAILABLE  # noqa: PT017 - others are no matter of time
                return None

        return eventually(once)

    def many(self, **fields):
        return [each.text for each in self._call("unary_stream", "Many", Ask(**fields))]

    def gather(self, *apps):
        return self._call("stream_unary", "Gather", (Ask(app=app) for app in apps)).text

    def chat(self, *apps):
        return self._call("stream_stream", "Chat", (Ask(app=app) for app in apps))


@contextmanager
def stub_on(port, credentials=None, **options):
    """A stub on a channel of its own."""
    pool = [("grpc.use_local_subchannel_pool", 1)]
    target = f"localhost:{port}" if credentials else f"127.0.0.1:{port}"
    channel = grpc.secure_channel(target, credentials, pool) if credentials else grpc.insecure_channel(target, pool)
    with channel:
        yield Stub(channel, **options)


def failure(call):
    """The code, text and ErrorInfo of a call that fails."""
    with pytest.raises(grpc.RpcError) as failed:
        call()
    error, info = failed.value, error_details_pb2.ErrorInfo()
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            status = status_pb2.Status.FromString(value)
            assert (status.code, status.message) == (error.code().value[0], error.details())
            assert status.details[0].Unpack(info)
    return error.code().name, error.details(), info
