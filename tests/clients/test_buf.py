"""buf, whose client is Go's gRPC: it lints the contract, and asks over reflection."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.questions import QUESTIONS, expected
from tests.sidecar import EXAMPLE, ROOT, Sidecar

BUF = shutil.which("buf", path=f"{Path(sys.executable).parent}") or shutil.which("buf")

pytestmark = pytest.mark.skipif(BUF is None, reason="buf is not installed; the extra `deploy` has it")


def test_the_contract_has_nothing_to_lint():
    linted = subprocess.run([BUF, "lint"], cwd=ROOT / "protos", capture_output=True, text=True, timeout=60)
    assert (linted.returncode, linted.stdout) == (0, "")


def asked(sidecar, question, *, over_socket):
    """What `buf curl` gets: the answer's fields, or the name of the status."""
    if over_socket:
        place = ["--unix-socket", sidecar.socket.removeprefix("unix:"), "http://localhost"]
    else:
        place = [f"http://{sidecar.tcp}"]
    url = f"{place.pop()}/authz.v1.AuthorizationService/Check"
    command = [BUF, "curl", "--protocol", "grpc", "--http2-prior-knowledge", *place, "-d", json.dumps(question), url]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60)
    if ended.returncode:
        return json.loads(ended.stderr)["code"].upper()
    answer = json.loads(ended.stdout)
    return answer.get("allowed", False), answer["reason"]


@pytest.mark.usefixtures("transport")
@pytest.mark.parametrize("over_socket", [False, True], ids=["TCP", "Unix socket"])
def test_buf_gets_the_decisions_that_our_client_gets(over_socket):
    with Sidecar(EXAMPLE) as sidecar:
        heard = [asked(sidecar, question, over_socket=over_socket) for question in QUESTIONS]
        assert heard == [expected(sidecar, question) for question in QUESTIONS]
