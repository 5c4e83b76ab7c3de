"""Both interceptors before a real backend, with a real sidecar behind: nothing is served that was not allowed."""

import grpc
import pytest

from authz.enforcement import PUBLIC, PeerAddress, Permission, RequestField, current_call
from tests.client.proxy import Proxy
from tests.enforcement.backend import (
    APP,
    BACKENDS,
    Inner,
    Told,
    asyncio_backend,
    failure,
    mapping,
    stub_on,
)
from tests.sidecar import Sidecar, user, write_account
from tests.waiting import BRIEF

SMS = "qcs::sms::uin/12345678:app/"
POLICY = [
    {"effect": "allow", "action": "sms:DescribeAppInfo", "resource": [f"{SMS}1", f"{SMS}2", f"{SMS}3"]},
    {"effect": "deny", "action": "sms:*", "resource": f"{SMS}3"},
    {"effect": "allow", "action": "sms:SendSms", "resource": "*"},
    {"effect": "allow", "action": "im:*", "resource": "*", "condition": {"ip_equal": {"qcs:ip": "127.0.0.1"}}},
    {"effect": "allow", "action": "sms:ModifyFreqRule", "resource": "*", "condition": {"string_equal": {"dept": "a"}}},
]


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory):
    source = write_account(
        tmp_path_factory.mktemp("account"), {"p": POLICY}, users=[{"uin": "100001", "name": "a", "policies": ["p"]}]
    )
    with Sidecar(source) as running:
        yield running


@pytest.fixture(params=BACKENDS, ids=lambda backend: backend.__name__)
def backend(request):
    return request.param


@pytest.fixture
def served(sidecar, backend):
    with backend(sidecar.socket, mapping()) as (record, port), stub_on(port) as stub:
        yield record, stub


def test_an_allowed_call_is_served_and_its_handler_knows_the_decision(served):
    record, stub = served
    assert stub.one(app="1").text == "1"
    call = record.calls[0]
    assert (call.api, call.principal, call.account) == ("/test.Backend/One", user(), "12345678")
    assert call.decision.allowed
    assert call.decision.reason.name == "ALLOWED"


def test_a_caller_without_a_deadline_is_served_too(served):
    _, stub = served
    assert stub.one(app="1", timeout=None).text == "1"


def test_a_denied_call_is_permission_denied_with_cams_message_and_never_served(served):
    record, stub = served
    code, text, info = failure(lambda: stub.one(app="3"))
    assert code == "PERMISSION_DENIED"
    assert text.startswith("you are not authorized to perform operation (sms:DescribeAppInfo)")
    assert (info.reason, info.domain) == ("EXPLICIT_DENY", "cam.authz")
    facts = dict(info.metadata)
    assert facts.pop("revision").isdigit()
    assert facts == {
        "action": "sms:DescribeAppInfo",
        "resource": f"{SMS}3",
        "policy": "p",
        "statement": "1",
        "attached_to": "user/100001",
    }
    assert record.seen == []


def test_an_answer_stream_is_decided_before_it_begins(served):
    record, stub = served
    assert stub.many(app="2") == ["2", "2"]
    assert [call.api for call in record.calls] == ["/test.Backend/Many"] * 2
    assert failure(lambda: stub.many(app="4"))[0] == "PERMISSION_DENIED"
    assert record.seen == ["2", "2"]


def test_every_message_of_a_request_stream_is_decided_before_the_handler_sees_it(served):
    record, stub = served
    assert stub.gather("1", "2") == "1 2"
    assert failure(lambda: stub.gather("1", "2", "3", "1"))[0] == "PERMISSION_DENIED"
    assert record.seen == ["1", "2", "1", "2"]
    assert [each.text for each in stub.chat("2", "1")] == ["2", "1"]
    answers = stub.chat("1", "4")
    assert next(answers).text == "1"
    assert failure(lambda: next(answers))[0] == "PERMISSION_DENIED"
    assert "4" not in record.seen


@pytest.mark.parametrize("call", ["gather", "chat"])
def test_a_stream_without_a_message_asks_nothing_and_is_refused(served, call):
    record, stub = served
    assert failure(lambda: list(getattr(stub, call)() or ()))[0] == "INVALID_ARGUMENT"
    assert record.calls == []


def test_a_handler_that_reads_from_its_context_sees_decided_messages_only(sidecar):
    seen = []

    async def chat(_requests, context):
        while (message := await context.read()) is not grpc.aio.EOF:
            seen.append(message.app)
            await context.write(Told(text=message.app))

    handlers = (chat,) * 5
    with asyncio_backend(sidecar.socket, mapping(), handlers=handlers) as (_, port), stub_on(port) as stub:
        assert [each.text for each in stub.chat("1", "2")] == ["1", "2"]
        assert failure(lambda: list(stub.chat("2", "3")))[0] == "PERMISSION_DENIED"
        assert seen == ["1", "2", "2"]


def test_handlers_that_are_no_coroutines_are_guarded_on_asyncio_servers_too(sidecar):
    def one(request, _context):
        return Told(text=f"{request.app} {current_call().decision.reason.name}")

    def stream(_requests, _context):
        raise AssertionError("an unguarded stream was served")

    handlers = (one, stream, stream, stream, one)
    with asyncio_backend(sidecar.socket, mapping(), handlers=handlers) as (_, port), stub_on(port) as stub:
        assert stub.one(app="1").text == "1 ALLOWED"
        assert failure(lambda: stub.one(app="3"))[0] == "PERMISSION_DENIED"
        assert failure(lambda: stub.many(app="1"))[0] == "INTERNAL"
        assert failure(lambda: stub.gather("1"))[0] == "INTERNAL"
        assert failure(lambda: list(stub.chat("1")))[0] == "INTERNAL"


def test_all_resources_of_a_request_must_be_allowed(sidecar, backend):
    every = Permission("sms:DescribeAppInfo", "qcs::sms::uin/12345678:app/{apps}")
    with backend(sidecar.socket, mapping({"One": every})) as (record, port), stub_on(port) as stub:
        stub.one(apps=["1", "2", "1"])
        code, _, info = failure(lambda: stub.one(apps=["1", "2", "4"]))
        assert (code, info.metadata["resource"]) == ("PERMISSION_DENIED", f"{SMS}4")
        assert failure(lambda: stub.one(apps=[]))[0] == "INVALID_ARGUMENT"
        assert failure(lambda: stub.one(apps=["1", ""]))[0] == "INVALID_ARGUMENT"
        assert len(record.seen) == 1


def test_all_permissions_of_a_method_must_be_allowed(sidecar, backend):
    both = [Permission("sms:SendSms"), Permission("sms:DescribeAppInfo", APP)]
    with backend(sidecar.socket, mapping({"One": both})) as (_, port), stub_on(port) as stub:
        stub.one(app="1")
        assert failure(lambda: stub.one(app="4"))[2].metadata["action"] == "sms:DescribeAppInfo"


@pytest.mark.parametrize(
    "app", ["*", "1*", "1:2", "../1", "1/2", "..", ".", "1 ", "\n1", "${uin}", "{app}", "", "x" * 129, "\uff11"]
)
def test_a_field_can_never_widen_or_change_the_question(served, app):
    record, stub = served
    code, _, info = failure(lambda: stub.one(app=app))
    assert (code, info.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
    assert record.seen == []


def test_a_missing_field_is_refused_and_not_asked_about_as_something_weaker(sidecar, backend):
    fields = {
        "One": Permission("sms:DescribeAppInfo", "qcs::sms::uin/12345678:app/{inner.id}"),
        "List": Permission("sms:DescribeAppInfo", "qcs::sms::uin/12345678:app/{number}"),
    }
    with backend(sidecar.socket, mapping(fields)) as (_, port), stub_on(port) as stub:
        stub.one(inner=Inner(id="1"))
        assert failure(lambda: stub.one(inner=Inner()))[0] == "INVALID_ARGUMENT"
        assert failure(stub.one)[0] == "INVALID_ARGUMENT"
        stub.one(number=2, method="List")
        assert failure(lambda: stub.one(number=0, method="List"))[0] == "INVALID_ARGUMENT"


def test_who_calls_must_be_said_once_and_be_a_principal(served):
    record, stub = served
    for metadata in (
        (),
        (("x-principal", ""),),
        (("x-principal", "alice"),),
        (("x-principal", "qcs::cam::uin/12345678:uin/*"),),
        (("x-principal", user()), ("x-principal", user(100002))),
    ):
        assert failure(lambda metadata=metadata: stub.one(app="1", metadata=metadata))[0] == "UNAUTHENTICATED"
    assert record.seen == []


def test_condition_keys_come_from_the_peer_and_the_request(sidecar, backend):
    needs = {
        "One": Permission("im:RemoveUser", "qcs::im::uin/12345678:sdkappid/{app}", {"qcs:ip": PeerAddress()}),
        "List": Permission("sms:ModifyFreqRule", APP, {"dept": RequestField("inner.id")}),
    }
    with backend(sidecar.socket, mapping(needs)) as (_, port), stub_on(port) as stub:
        stub.one(app="1")
        stub.one(app="1", inner=Inner(id="a"), method="List")
        assert failure(lambda: stub.one(app="1", inner=Inner(id="b"), method="List"))[0] == "PERMISSION_DENIED"
        assert failure(lambda: stub.one(app="1", method="List"))[0] == "INVALID_ARGUMENT"


def test_callables_are_an_escape_whose_faults_are_never_served(sidecar, backend, caplog):
    def resource(call):
        return {"ok": f"{SMS}1", "none": [], "bad": "app/1"}[call.message.app]

    needs = {"One": Permission("sms:DescribeAppInfo", resource)}
    with backend(sidecar.socket, mapping(needs)) as (record, port), stub_on(port) as stub:
        stub.one(app="ok")
        assert failure(lambda: stub.one(app="none"))[0] == "INTERNAL"
        assert failure(lambda: stub.one(app="unexpected"))[:2] == ("INTERNAL", "the authorization of this call failed")
        assert failure(lambda: stub.one(app="bad"))[0] == "INVALID_ARGUMENT"
        assert record.seen == ["ok"]
    assert "KeyError" in caplog.text


def test_a_public_method_is_served_without_a_sidecar(backend):
    methods = dict.fromkeys(("One", "Chat"), PUBLIC)
    with backend("127.0.0.1:1", mapping(methods)) as (record, port), stub_on(port, metadata=()) as stub:
        record.see = lambda request: Told(text=request.app)
        assert stub.one(app="*").text == "*"


def test_a_method_that_no_mapping_names_is_refused(sidecar, backend):
    """A handler that was registered past the mapping, as reflection or a forgotten service would be."""
    mapped = mapping()
    del mapped._rules["/test.Backend/One"]
    with backend(sidecar.socket, mapped) as (record, port), stub_on(port) as stub:
        code, _, info = failure(lambda: stub.one(app="1"))
        assert (code, info.reason) == ("PERMISSION_DENIED", "NOT_MAPPED")
        assert record.seen == []


def test_without_a_sidecar_a_call_is_unavailable_within_the_deadline(backend):
    with backend("127.0.0.1:1", mapping(), timeout=BRIEF) as (record, port), stub_on(port) as stub:
        for call in (lambda: stub.one(app="1"), lambda: stub.many(app="1"), lambda: stub.gather("1")):
            code, _, info = failure(call)
            assert code == "UNAVAILABLE"
            assert info.reason in {"SIDECAR_UNAVAILABLE", "SIDECAR_TIMED_OUT"}  # at the deadline it may just be tried
        assert record.seen == []


def test_a_sidecar_that_falls_silent_makes_calls_unavailable_within_the_deadline(sidecar, backend):
    with (
        Proxy(sidecar.tcp) as proxy,
        backend(proxy.address, mapping(), timeout=BRIEF) as (record, port),
        stub_on(port) as stub,
    ):
        stub.one_in_the_end(app="1")
        proxy.fall_silent()
        assert failure(lambda: stub.one(app="1"))[0] == "UNAVAILABLE"
    assert record.seen == ["1"]


def test_a_message_of_any_length_fits_into_the_trailers(tmp_path, backend):
    values = [f"\u6df1\u5733{at}" for at in range(300)]
    policy = [{"effect": "allow", "action": "sms:*", "resource": "*", "condition": {"string_equal": {"dept": values}}}]
    source = write_account(tmp_path, {"p": policy}, users=[{"uin": "100001", "name": "a", "policies": ["p"]}])
    with Sidecar(source) as running, backend(running.socket, mapping()) as (_, port), stub_on(port) as stub:
        code, text, info = failure(lambda: stub.one(app="1"))
        assert (code, info.reason, text[-3:]) == ("PERMISSION_DENIED", "NO_MATCHING_ALLOW", "...")
        assert text.startswith("you are not authorized to perform operation (sms:DescribeAppInfo)")
