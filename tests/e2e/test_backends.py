"""The example backends as real processes: four users, a gap in the mapping, a sidecar that goes and comes back."""

import asyncio
import random
import signal
import subprocess
import sys
from contextlib import contextmanager

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from authz.client import AsyncClient
from authz.enforcement import AsyncAuthorizationInterceptor
from deploy.example.backends import im, im_backend_pb2, im_backend_pb2_grpc, sms, sms_backend_pb2_grpc, tour
from deploy.example.backends.serving import BackendSettings
from tests.sidecar import DEADLINE, EXAMPLE, ROOT, Sidecar, check_request, eventually, write_account
from tests.waiting import BRIEF

NO, NEVER, YES = "NO_MATCHING_ALLOW", "EXPLICIT_DENY", "served"
OUTCOMES = {
    "SendSms":                [NO, YES, NO, NO, NO],
    "SendStatusStatistics":   [NO, YES, YES, NO, NO],
    "DescribeAppInfo":        [NO, YES, YES, NO, NO],
    "ModifyFreqRule":         [NO, YES, NEVER, NO, NO],
    "ModifyWarningThreshold": [NO, YES, NEVER, NO, NO],
    "DescribeAppStatList":    ["2: …01 …02", "0: none", "0: none", "3: …00 …01 …02", "0: none"],
    "DescribeSdkAppInfo":     [YES, NO, NO, YES, NO],
    "ModifyAppInfo":          [YES, NO, NO, YES, NO],
    "RemoveUser":             [NEVER, NO, NO, YES, NO],
}  # fmt: skip


@contextmanager
def process(*arguments):
    """A Python process, ended by its own id, with its standard output to read from."""
    command = [sys.executable, "-u", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT) as running:
        try:
            yield running
        finally:
            if running.poll() is None:
                running.terminate()
                try:
                    assert running.wait(DEADLINE) == 0
                finally:
                    running.kill()


def address_of(running, name):
    """Where a backend says that it listens."""
    for line in running.stdout:
        if line.startswith(f"{name} backend listens on "):
            return line.split()[-1]
    raise AssertionError(f"the {name} backend did not start")


@contextmanager
def backend(name, sidecar):
    options = ("--listen", "127.0.0.1:0", "--sidecar", sidecar, "--timeout", str(BRIEF))
    with process("-m", f"deploy.example.backends.{name}", *options) as running:
        yield address_of(running, name)


def served_columns(sms_address, im_address):
    return {
        api: list(column)
        for (api, _), column in zip(tour.CALLS, zip(*tour.walk(sms_address, im_address), strict=True), strict=True)
    }


def test_one_command_runs_everything_and_four_users_get_what_their_policies_say(tmp_path):
    socket = f"unix:{tmp_path}/a.sock"
    arguments = ("--sidecar", socket, "--sms", f"unix:{tmp_path}/sms.sock", "--im", f"unix:{tmp_path}/im.sock")
    with process("-m", "deploy.example.backends", *arguments) as running:
        addresses = {}
        for line in running.stdout:
            name, *_, address = line.split()
            addresses[name] = address
            if len(addresses) == 3:
                break
        assert addresses["sidecar"] == socket
        # The sidecar may start later than the backends: their first calls wait for it.
        eventually(lambda: served_columns(addresses["sms"], addresses["im"]) == OUTCOMES)
        running.send_signal(signal.SIGINT)
        assert running.wait(DEADLINE) == 0
        assert running.stdout.read() == ""  # nobody holds the pipe any more: all children have ended


@pytest.mark.parametrize(("name", "method"), [("sms", "ModifyFreqRule"), ("im", "RemoveUser")])
def test_a_method_left_out_of_the_mapping_makes_the_backend_refuse_to_start(name, method):
    program = (
        f"from deploy.example.backends import {name}\n"
        f"del {name}.METHODS['{method}']\n"
        f"{name}.main(['--listen', '127.0.0.1:0'])"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=DEADLINE)
    assert ended.returncode == 1
    service = {"sms": sms, "im": im}[name].SERVICE.full_name
    assert f"/{service}/{method}: not mapped" in ended.stderr
    assert ended.stdout == ""


def test_without_its_sidecar_nothing_is_served_and_with_it_everything_again(tmp_path):
    socket = f"unix:{tmp_path}/a.sock"
    with backend("sms", socket) as sms_address, backend("im", socket) as im_address:
        with Sidecar(EXAMPLE, "--listen", socket):
            wait_until_answered(sms_address, im_address)
            assert served_columns(sms_address, im_address) == OUTCOMES
            before = heidis_statistics(sms_address)
        assert_all_unavailable(sms_address, im_address)
        assert is_serving(sms_address)
        with Sidecar(EXAMPLE, "--listen", socket):
            wait_until_answered(sms_address, im_address)
            assert heidis_statistics(sms_address) == before  # nothing was sent meanwhile
            assert served_columns(sms_address, im_address) == OUTCOMES


def assert_all_unavailable(sms_address, im_address):
    with grpc.insecure_channel(sms_address) as first, grpc.insecure_channel(im_address) as second:
        stubs = (sms_backend_pb2_grpc.SmsServiceStub(first), im_backend_pb2_grpc.ImServiceStub(second))
        calls = [
            (getattr(stubs[0], api, None) or getattr(stubs[1], api)).future(
                request, metadata=visitor.metadata(), timeout=DEADLINE
            )
            for visitor in tour.VISITORS[:4]
            for api, request in tour.CALLS
        ]
        assert {(each.code(), each.details()) for each in calls} == {
            (grpc.StatusCode.UNAVAILABLE, "authorization is not available")
        }


def heidis_statistics(address):
    heidi = tour.VISITORS[1].metadata()
    with grpc.insecure_channel(address) as channel:
        stub = sms_backend_pb2_grpc.SmsServiceStub(channel)
        return stub.SendStatusStatistics(tour.CALLS[1][1], metadata=heidi, timeout=DEADLINE)


def alices_application(address):
    alice = tour.VISITORS[0].metadata()
    with grpc.insecure_channel(address) as channel:
        stub = im_backend_pb2_grpc.ImServiceStub(channel)
        return stub.DescribeSdkAppInfo(tour.CALLS[6][1], metadata=alice, timeout=DEADLINE)


def wait_until_answered(sms_address, im_address):
    """Each backend finds the sidecar by itself, in its own time."""
    eventually(lambda: is_answered(heidis_statistics, sms_address))
    eventually(lambda: is_answered(alices_application, im_address))


def is_answered(ask, address):
    try:
        return ask(address)
    except grpc.RpcError:
        return None


def is_serving(address):
    with grpc.insecure_channel(address) as channel:
        answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=DEADLINE)
        return answer.status == health_pb2.HealthCheckResponse.SERVING


# DescribeAppStatList shows what single checks allow ---------------------------------------------------------------

ACCOUNTS = 200
APPS = [1400000000, 1400000001, 1400000002, 1400000010, 1400000011, 99]
TAILS = ["*", "14*", "*1", "14*1", "140000000*", "1400000001", "1400000002", "99", "${uin}", "*0*", "1400000001/*"]
PATTERNS = [
    *(f"qcs::im:::sdkappid/{tail}" for tail in TAILS),
    "*",
    "qcs:::::sdkappid/*",
    "qcs::im:ap-guangzhou::sdkappid/*",
    "qcs::sms:::app/*",
    "qcs::IM:*::sdkappid/1400000010",
]
CONDITIONS = [
    {"for_any_value:string_equal": {"qcs:resource_tag": "dept&ops"}},
    {"null_equal": {"qcs:resource_tag/dept": "true"}},
    {"ip_equal": {"qcs:ip": "10.0.0.0/8"}},
    {"ip_not_equal": {"qcs:ip": "10.0.0.0/8"}},
]  # fmt: skip


def random_statement(rnd):
    return {
        "effect": rnd.choice(["allow", "allow", "deny"]),
        "action": rnd.choice(["*", "im:*", "im:Describe*", "im:DescribeAppStatList", "im:RemoveUser"]),
        "resource": rnd.choices(PATTERNS, k=rnd.randint(1, 3)),
        **({"condition": rnd.choice(CONDITIONS)} if rnd.random() < 0.3 else {}),
    }


def write_random_account(folder, uin, rnd):
    names = ["p", "q", "boundary"]
    policies = {name: [random_statement(rnd) for _ in range(rnd.randint(1, 3))] for name in names}
    boundary = {"boundary": "boundary"} if rnd.random() < 0.3 else {}
    user = {"uin": "100001", "name": "a", "policies": rnd.choice([["p"], ["p", "q"]]), **boundary}
    write_account(folder / uin, policies, account=uin, users=[user])


@contextmanager
def many_accounts(folder):
    rnd = random.Random(20_000)
    uins = [str(20_000_000 + at) for at in range(ACCOUNTS)]
    for uin in uins:
        write_random_account(folder, uin, rnd)
    with Sidecar(folder) as sidecar:
        yield sidecar, uins


async def listed(sidecar, uin, metadata):
    """What the IM backend of one account shows: its own mapping and handlers, on a port of its own."""
    service = im.ImService()
    service._apps = {number: im.App("x") for number in APPS}
    async with AsyncClient(sidecar.socket, timeout=DEADLINE) as client:
        delegated = im.mapping(BackendSettings("", "", DEADLINE, uin))
        server = grpc.aio.server(interceptors=[AsyncAuthorizationInterceptor(delegated, client, timeout=DEADLINE)])
        im_backend_pb2_grpc.add_ImServiceServicer_to_server(service, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
            stub = im_backend_pb2_grpc.ImServiceStub(channel)
            request = im_backend_pb2.DescribeAppStatListRequest()
            answer = await stub.DescribeAppStatList(request, metadata=metadata, timeout=DEADLINE)
        await server.stop(0)
    assert answer.total == len(answer.apps)
    return [app.sdk_app_id for app in answer.apps]


def test_a_list_shows_exactly_the_applications_that_single_checks_allow(tmp_path):
    lengths = []
    with many_accounts(tmp_path) as (sidecar, uins), asyncio.Runner() as runner:
        for at, uin in enumerate(uins):
            principal, address = f"qcs::cam::uin/{uin}:uin/100001", ("10.1.2.3", "203.0.113.7")[at % 2]
            metadata = (("x-cam-principal", principal), ("x-real-ip", address))
            shown = runner.run(listed(sidecar, uin, metadata))
            action, context = "im:DescribeAppStatList", {"qcs__ip": [address]}
            checks = {
                app: check_request(principal, action, f"qcs::im::uin/{uin}:sdkappid/{app}", **context) for app in APPS
            }
            assert shown == [app for app, check in checks.items() if sidecar.stub.Check(check).allowed], uin
            lengths.append(len(shown))
    assert min(map(lengths.count, (0, len(APPS)))) > 10
    assert sum(0 < length < len(APPS) for length in lengths) > 40
