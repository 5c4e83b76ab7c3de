"""The contract's status codes, commands and standing services, on a real process."""

import random
import subprocess
import sys

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from authz.v1 import authz_pb2
from tests.builders import APP_1
from tests.sidecar import (
    EXAMPLE,
    IMPOSSIBLE,
    ROOT,
    Sidecar,
    check_request,
    eventually,
    later_revision,
    reason,
    user,
    write_account,
)
from tests.waiting import BRIEF, DEADLINE

SERVICE = "authz.v1.AuthorizationService"


@pytest.fixture(scope="module")
def sidecar(transport):  # noqa: ARG001 - it is set for the process
    with Sidecar(EXAMPLE, "--revision-wait", str(BRIEF)) as running:
        yield running
        assert running.check(user(), "im:AddUser", APP_1).allowed  # after everything below


def test_the_log_tells_by_which_transport_it_serves(sidecar, transport):
    assert sidecar.wait_for_log("serving")["transport"] == transport.value


def failure(call):
    """The gRPC error that a call ends with."""
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value


def named_fields(error):
    """The fields that the BadRequest details of an error name."""
    [packed] = [value for key, value in error.trailing_metadata() if key == "grpc-status-details-bin"]
    [detail] = status_pb2.Status.FromString(packed).details
    violations = error_details_pb2.BadRequest()
    assert detail.Unpack(violations)
    return [violation.field for violation in violations.field_violations]


@pytest.mark.parametrize(
    ("field", "request_fields"),
    [
        ("principal", {"principal": "nobody", "action": "im:X"}),
        ("principal", {"principal": "", "action": "im:X"}),
        ("principal", {"principal": "qcs::cam::uin/12345678:uin/1٢", "action": "im:X"}),
        ("action", {"principal": user(), "action": "RemoveUser"}),
        ("action", {"principal": user(), "action": "im:*"}),
        ("action", {"principal": user(), "action": ""}),
        ("resource", {"principal": user(), "action": "im:X", "resource": ""}),
        ("resource", {"principal": user(), "action": "im:X", "resource": "qcs::im::uin/12345678"}),
        ("resource", {"principal": user(), "action": "im:X", "resource": "qcs::im::uin/12345678:sdkappid/1:x"}),
        ("resource", {"principal": user(), "action": "im:X", "resource": "qcs::im::uid/12345678:sdkappid/1"}),
        ("context", {"principal": user(), "action": "im:X", "": ["1"]}),
        ("at_least_revision", {"principal": user(), "action": "im:X", "at_least_revision": "newest"}),
    ],
)
def test_a_malformed_field_is_invalid_argument_and_named(sidecar, field, request_fields):
    error = failure(lambda: sidecar.stub.Check(check_request(**request_fields)))
    assert error.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert named_fields(error) == [field]


def test_a_malformed_item_of_a_batch_fails_alone_and_in_its_place(sidecar):
    checks = [
        check_request(user(), "im:AddUser", APP_1),
        check_request("nobody", "im:X"),
        check_request(user(), "sms:SendSms"),
    ]
    answer = sidecar.stub.BatchCheck(authz_pb2.BatchCheckRequest(checks=checks))
    first, second, third = answer.results
    assert (first.response.allowed, second.error.code, third.response.allowed) == (True, 3, False)
    assert "principal" in second.error.message
    assert {first.response.revision, third.response.revision} == {answer.revision}


def test_a_batch_may_hold_1000_checks_and_not_one_more(sidecar):
    check = check_request(user(), "im:AddUser", APP_1)
    assert len(sidecar.stub.BatchCheck(authz_pb2.BatchCheckRequest(checks=[check] * 1000)).results) == 1000
    error = failure(lambda: sidecar.stub.BatchCheck(authz_pb2.BatchCheckRequest(checks=[check] * 1001)))
    assert (error.code(), named_fields(error)) == (grpc.StatusCode.INVALID_ARGUMENT, ["checks"])


def test_a_malformed_message_ends_its_stream(sidecar):
    answers = sidecar.stub.StreamCheck(
        iter([check_request(user(), "im:AddUser", APP_1), check_request("nobody", "im:X")])
    )
    assert next(answers).allowed
    assert failure(lambda: next(answers)).code() is grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize("method", ["Check", "BatchCheck"])
def test_random_bytes_are_never_allowed_and_never_a_fault_of_the_server(sidecar, method):
    call = sidecar.channel(sidecar.tcp).unary_unary(f"/{SERVICE}/{method}")
    source = random.Random(7)
    valid = check_request("qcs::cam::uin/87654321:uin/100001", "im:RemoveUser", APP_1).SerializeToString()
    codes = set()
    for _ in range(300):
        data = bytearray(valid if source.random() < 0.7 else source.randbytes(40))
        for _ in range(source.randrange(1, 4)):
            data[source.randrange(len(data))] = source.randrange(256)
        try:
            answer = call(bytes(data))
            if method == "Check":
                assert not authz_pb2.CheckResponse.FromString(answer).allowed
        except grpc.RpcError as error:
            codes.add(error.code())
    assert codes == {grpc.StatusCode.INVALID_ARGUMENT}


def test_a_revision_that_was_seen_can_be_insisted_on(sidecar):
    seen = sidecar.check(user(), "im:AddUser", APP_1).revision
    assert sidecar.check(user(), "im:AddUser", APP_1, at_least_revision=seen).allowed


@pytest.mark.parametrize("which", [later_revision, lambda: IMPOSSIBLE], ids=["later", "impossible"])
def test_a_revision_that_does_not_come_is_unavailable(sidecar, which):
    revision = which()
    later = check_request(user(), "im:AddUser", APP_1, at_least_revision=revision)
    error = failure(lambda: sidecar.stub.Check(later, timeout=DEADLINE))
    assert error.code() is grpc.StatusCode.UNAVAILABLE
    batch = authz_pb2.BatchCheckRequest(checks=[later], at_least_revision=revision)
    assert failure(lambda: sidecar.stub.BatchCheck(batch, timeout=DEADLINE)).code() is grpc.StatusCode.UNAVAILABLE


@pytest.mark.usefixtures("transport")
def test_a_revision_is_waited_for_and_watched(tmp_path):
    write_account(tmp_path, users=[{"uin": "100001"}])
    with Sidecar(tmp_path) as running:
        watch = iter(running.stub.WatchRevision(authz_pb2.WatchRevisionRequest(), timeout=DEADLINE))
        first = next(watch)
        assert (first.all, list(first.accounts)) == (True, [])
        waiting = running.stub.Check.future(
            check_request(user(), "im:X", at_least_revision=str(int(first.revision) + 1)), timeout=DEADLINE
        )
        write_account(tmp_path, users=[{"uin": "100001", "policies": ["AdministratorAccess"]}])
        second = next(watch)
        assert (int(second.revision) > int(first.revision), list(second.accounts)) == (True, ["12345678"])
        assert (waiting.result().allowed, waiting.result().revision) == (True, second.revision)


def test_health_speaks_for_the_server_and_for_the_service(sidecar):
    for service in ("", SERVICE):
        answer = sidecar.health.Check(health_pb2.HealthCheckRequest(service=service))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
    assert [sidecar.get(path) for path in ("/healthz", "/readyz")] == [(200, "ok\n")] * 2
    assert sidecar.get("/nothing")[0] == 404


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
def test_reflection_lists_the_services(sidecar, version):
    ask = sidecar.channel(sidecar.tcp).stream_stream(
        f"/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )
    requests = [
        reflection_pb2.ServerReflectionRequest(list_services=""),
        reflection_pb2.ServerReflectionRequest(file_containing_symbol=SERVICE),
    ]
    listed, described = ask(iter(requests), timeout=DEADLINE)
    assert SERVICE in [each.name for each in listed.list_services_response.service]
    assert described.file_descriptor_response.file_descriptor_proto


def authz(*arguments, **environment):
    command = [sys.executable, "-m", "authz", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, env=environment or None, capture_output=True, text=True, timeout=DEADLINE)


@pytest.mark.parametrize(
    ("principal", "action", "status"),
    [(user(), "im:AddUser", 0), (user(), "im:RemoveUser", 1), ("nobody", "im:AddUser", 2)],
)
def test_authz_check_says_by_its_exit_status_what_was_decided(sidecar, principal, action, status):
    assert authz("check", principal, action, APP_1, "--source", EXAMPLE).returncode == status
    assert authz("check", principal, action, APP_1, "--server", sidecar.tcp).returncode == status
    assert authz("check", principal, action, APP_1, "--server", sidecar.socket).returncode == status


def test_authz_check_without_a_server_or_source_is_an_error():
    assert authz("check", user(), "im:AddUser", APP_1).returncode == 2
    assert authz("check", user(), "im:AddUser", APP_1, "--server", "unix:/nowhere.sock").returncode == 2


def test_a_taken_address_ends_the_start_with_1_and_a_word(sidecar):
    for address in (sidecar.tcp, sidecar.socket):
        result = authz("serve", EXAMPLE, "--listen", address)
        assert result.returncode == 1
        assert address.removeprefix("unix:") in result.stderr
    assert sidecar.check(user(), "im:AddUser", APP_1).allowed


@pytest.mark.usefixtures("transport")
def test_the_socket_of_a_dead_server_is_taken_over(tmp_path):
    with Sidecar(EXAMPLE) as first:
        path = first.socket.removeprefix("unix:")
        first.process.kill()
        first.process.wait()
        with Sidecar(EXAMPLE, "--listen", first.socket) as second:
            assert second.stub_on(first.socket).Check(check_request(user(), "im:AddUser", APP_1)).allowed
        eventually(lambda: not tmp_path.joinpath(path).exists())


def test_a_broken_source_ends_the_start_with_1_and_every_problem(tmp_path):
    write_account(tmp_path / "bad", {"p": "{"}, users=[{"uin": "1", "policies": ["q"]}])
    write_account(tmp_path / "good", account="87654321", users=[{"uin": "2"}])
    result = authz("serve", tmp_path, "--listen", "127.0.0.1:0")
    assert result.returncode == 1
    assert f"{tmp_path}/bad/p.json:1: InvalidParameter.PolicyDocumentError" in result.stderr
    assert f"{tmp_path}/bad/attachments.yaml:1: UnknownPolicy" in result.stderr


def test_broken_accounts_may_be_left_out_on_purpose(tmp_path):
    write_account(tmp_path / "bad", {"p": "{"}, users=[{"uin": "1"}])
    write_account(tmp_path / "good", account="87654321", users=[{"uin": "2"}])
    with Sidecar(tmp_path, "--allow-broken-accounts") as running:
        assert reason(running.check("qcs::cam::uin/87654321:uin/2", "im:X")) == "NO_MATCHING_ALLOW"
        assert reason(running.check("qcs::cam::uin/12345678:uin/1", "im:X")) == "UNKNOWN_PRINCIPAL"
        assert running.wait_for_log("account refused")["account"] == "bad"


def test_every_option_can_come_from_the_environment():
    result = authz("serve", EXAMPLE, PATH="", AUTHZ_SERVE_LISTEN="127.0.0.1:50051 nonsense")
    assert result.returncode == 2
    assert "`nonsense`" in result.stderr
