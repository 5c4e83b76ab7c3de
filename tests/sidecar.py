"""A real sidecar process for tests: started on a directory, asked over gRPC, ended by its own process id."""

import json
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc
from prometheus_client.parser import text_string_to_metric_families

from authz.v1 import authz_pb2, authz_pb2_grpc
from tests.waiting import DEADLINE, eventually

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "deploy" / "example"
_HTTP = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Sidecar:
    """`with Sidecar(directory) as sidecar:` serves on a Unix socket, a TCP port and HTTP until the block ends.

    With several `workers`, or run by the `interpreter` of another user, there is no Unix socket.
    """

    def __init__(self, source, *options, notice=0.0, workers=1, interpreter=None):
        self._folder = tempfile.TemporaryDirectory(prefix="authz")
        self.socket = f"unix:{self._folder.name}/a.sock"
        self._log = Path(self._folder.name, "log")
        self._command = [
            *((sys.executable,) if interpreter is None else interpreter.command), "-m", "authz", "serve", str(source),
            "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--shutdown-notice", str(notice),
            "--workers", str(workers), *options,
        ]  # fmt: skip
        self._environment = None if interpreter is None else interpreter.environment
        if workers == 1 and interpreter is None:
            self._command += ["--listen", self.socket]
        self._channels = []

    def __enter__(self):
        with self._log.open("w") as log:
            self.process = subprocess.Popen(self._command, stderr=log, stdout=log, cwd=ROOT, env=self._environment)
        try:
            serving = self.wait_for_log("serving")
        except AssertionError:
            self.process.kill()
            raise AssertionError(self._log.read_text()) from None
        self.tcp = next(address for address in serving["listen"] if not address.startswith("unix:"))
        self.http = serving["http"]
        address = next((address for address in serving["listen"] if address.startswith("unix:")), self.tcp)
        self.stub = self.stub_on(address)
        self.health = health_pb2_grpc.HealthStub(self.channel(address))
        return self

    def __exit__(self, *_):
        for channel in self._channels:
            channel.close()
        if self.process.poll() is None:
            assert self.stop() == 0, self._log.read_text()
        self._folder.cleanup()

    def stop(self):
        """End it as Kubernetes does; its exit status."""
        self.process.terminate()
        try:
            return self.process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def channel(self, address):
        """A connection of its own, closed with the sidecar."""
        options = [("grpc.use_local_subchannel_pool", 1), ("grpc.default_authority", "localhost")]
        self._channels.append(grpc.insecure_channel(address, options=options))
        return self._channels[-1]

    def stub_on(self, address):
        return authz_pb2_grpc.AuthorizationServiceStub(self.channel(address))

    def log(self):
        """All events logged so far."""
        whole, _, _ = self._log.read_text().rpartition("\n")  # the last line may still be under way
        return [json.loads(line) for line in whole.splitlines() if line.startswith("{") and line.endswith("}")]

    def wait_for_log(self, event, **fields):
        """The first event of that name whose fields are those given."""

        def found():
            assert self.process.poll() is None or event == "stopped", self._log.read_text()
            matching = (each for each in self.log() if each["event"] == event)
            return next((each for each in matching if all(each[key] == value for key, value in fields.items())), None)

        return eventually(found)

    def get(self, path):
        """Status and body over HTTP."""
        try:
            with _HTTP.open(f"http://{self.http}{path}", timeout=DEADLINE) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def metrics(self):
        """Every sample by its name and labels."""
        families = text_string_to_metric_families(self.get("/metrics")[1])
        return {
            (each.name, *sorted(each.labels.values())): each.value for family in families for each in family.samples
        }

    def is_serving(self):
        return self.health.Check(health_pb2.HealthCheckRequest()).status == health_pb2.HealthCheckResponse.SERVING

    def check(self, principal, action, resource="*", **context):
        return self.stub.Check(check_request(principal, action, resource, **context), timeout=DEADLINE)


def check_request(principal, action, resource="*", at_least_revision="", **context):
    values = {key.replace("__", ":"): authz_pb2.ContextValue(values=value) for key, value in context.items()}
    return authz_pb2.CheckRequest(
        principal=principal, action=action, resource=resource, context=values, at_least_revision=at_least_revision
    )


def later_revision():
    """One that no sidecar gives while a test runs, but that one whose clock is ahead may have told of."""
    return str(int((time.time() + 250) * 1000))


IMPOSSIBLE = "9" * 15
"""A revision that no sidecar can have told of for ages."""


def reason(response):
    """The reason of an answer without its prefix."""
    return authz_pb2.Reason.Name(response.reason).removeprefix("REASON_")


def write_account(folder, policies=None, **attachments):
    """An account's directory: policies by name as lists of statements (or as text), and its attachments."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in (policies or {}).items():
        text = body if isinstance(body, str) else json.dumps({"version": "2.0", "statement": body})
        (folder / f"{name}.json").write_text(text)
    value = {"account": "12345678", **attachments}
    (folder / "attachments.yaml").write_text(json.dumps(value))  # JSON is YAML too
    return folder


def user(number=100001):
    return f"qcs::cam::uin/12345678:uin/{number}"
