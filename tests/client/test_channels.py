"""Nothing but the target says who answers: no proxy of the environment, no resolver that asks somebody else."""

import ast
import os
import subprocess
import sys
from contextlib import contextmanager

import grpc
import pytest

from authz.client import Client, Question
from authz.client.channels import all_options, open_channel, resolved_target
from authz.client.settings import ClientSettings
from authz.v1 import authz_pb2, authz_pb2_grpc
from tests.client.asking import ALLOW_SEND, CLIENTS, until
from tests.client.lying_proxy import lying_proxy
from tests.sidecar import ROOT, Sidecar, user, write_account

NOBODY = "qcs::cam::uin/12345678:uin/100009"
SECONDS = 60


@pytest.fixture(scope="module")
def sidecar(tmp_path_factory):
    users = [{"uin": "100001", "policies": ["send"]}]
    with Sidecar(write_account(tmp_path_factory.mktemp("account"), {"send": ALLOW_SEND}, users=users)) as running:
        yield running


@contextmanager
def proxied():
    """Every variable that might name a proxy names one that lies."""
    with pytest.MonkeyPatch.context() as patch, lying_proxy() as proxy:
        for name, value in proxy.environment.items():
            patch.setenv(name, value)
        yield proxy


@pytest.fixture(params=["localhost", "127.0.0.1"])
def target(sidecar, request):
    return sidecar.tcp.replace("127.0.0.1", request.param)


def test_a_plain_channel_is_fooled(sidecar):
    """What the tests below would hear if a client obeyed one of the variables."""
    question = authz_pb2.CheckRequest(principal=NOBODY, action="sms:SendSms", resource="*")
    with proxied() as proxy:
        with grpc.insecure_channel(sidecar.tcp, options=[("grpc.use_local_subchannel_pool", 1)]) as channel:
            answer = authz_pb2_grpc.AuthorizationServiceStub(channel).Check(question, timeout=SECONDS)
        assert answer.allowed
        assert proxy.end() != []


@pytest.mark.parametrize("ask", CLIENTS)
def test_a_client_asks_the_sidecar_and_no_proxy_of_the_environment(sidecar, target, ask):
    assert sidecar.is_serving()
    with proxied() as proxy:
        with ask(target, timeout=SECONDS) as client:
            assert not client.check(NOBODY, "sms:SendSms").allowed
            assert [each.allowed for each in client.batch([Question(NOBODY, "sms:SendSms")] * 2)] == [False, False]
            assert client.check(user(), "sms:SendSms").allowed
        assert proxy.end() == []


@pytest.mark.parametrize("ask", CLIENTS)
def test_a_watch_asks_no_proxy_either(target, ask):
    with proxied() as proxy:
        with ask(target, timeout=SECONDS, cache_size=10) as client:
            memory = client._client._memory
            until(client, lambda: memory.is_watched)
            assert not client.check(NOBODY, "sms:SendSms").allowed
        assert proxy.end() == []


def test_the_command_line_asks_no_proxy(sidecar):
    command = [sys.executable, "-m", "authz", "check", NOBODY, "sms:SendSms", "*", "--server", sidecar.tcp]
    with lying_proxy() as proxy:
        environment = {**os.environ, **proxy.environment}
        asked = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
        assert (asked.returncode, proxy.end()) == (1, []), asked.stderr


@pytest.mark.parametrize("ask", CLIENTS)
def test_a_proxy_that_is_given_is_asked(sidecar, ask):
    with lying_proxy() as proxy:
        with ask(sidecar.tcp, timeout=SECONDS, proxy=proxy.url) as client:
            assert client.check(NOBODY, "sms:SendSms").allowed
        assert proxy.end()[0] == f"CONNECT {sidecar.tcp} HTTP/1.1"


def test_the_command_line_asks_a_proxy_that_is_given(sidecar):
    command = [sys.executable, "-m", "authz", "check", NOBODY, "sms:SendSms", "*", "--server", sidecar.tcp]
    with lying_proxy() as proxy:
        asked = subprocess.run([*command, "--proxy", proxy.url], cwd=ROOT, capture_output=True, timeout=SECONDS)
        assert (asked.returncode, len(proxy.end())) == (0, 1), asked.stderr


def test_a_unix_socket_has_an_authority_that_every_server_takes():
    assert dict(all_options("unix:/run/a.sock"))["grpc.default_authority"] == "localhost"
    assert "grpc.default_authority" not in dict(all_options("localhost:1"))


@pytest.mark.parametrize("proxy", ["127.0.0.1:3128", "https://proxy:3128", "http://proxy", "http://proxy:1/x", " "])
def test_a_proxy_of_another_form_is_refused(proxy):
    with pytest.raises(ValueError, match="is not `http://host:port`"):
        ClientSettings("localhost:1", proxy=proxy)


@pytest.mark.parametrize(
    ("given", "resolved"),
    [
        ("localhost:50051", "dns:///localhost:50051"),
        ("[::1]:50051", "dns:///[::1]:50051"),
        ("xds:50051", "dns:///xds:50051"),
        ("dns:///authz:50051", "dns:///authz:50051"),
        ("ipv4:127.0.0.1:50051", "ipv4:127.0.0.1:50051"),
        ("unix:/run/authz.sock", "unix:/run/authz.sock"),
    ],
)
def test_a_target_is_looked_up_in_one_way(given, resolved):
    assert resolved_target(given) == resolved


@pytest.mark.parametrize("target", ["xds:///authz", "google-c2p:///authz", "http://127.0.0.1:50051", "authz:", ""])
def test_a_target_that_leaves_it_to_others_whom_to_ask_is_refused(target):
    with pytest.raises(ValueError, match="is not `host:port`"):
        Client(target)
    with pytest.raises(ValueError, match="is not `host:port`"):
        open_channel(target)


def test_the_command_line_says_that_a_target_is_refused():
    command = [sys.executable, "-m", "authz", "check", NOBODY, "sms:SendSms", "*", "--server", "xds:///authz"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS)
    assert asked.returncode == 2
    assert "authz: the target `xds:///authz` is not `host:port`" in asked.stderr


def test_channels_are_made_in_one_place():
    makers = {"insecure_channel", "secure_channel", "urlopen"}
    files = [*(ROOT / "authz").rglob("*.py"), *(ROOT / "deploy").rglob("*.py")]
    found = {
        str(file.relative_to(ROOT))
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if not file.name.endswith("_pb2_grpc.py")
        if (isinstance(node, ast.Attribute) and node.attr in makers)
        or (isinstance(node, ast.Name) and node.id in makers)
    }
    assert found == {"authz/client/channels.py"}
