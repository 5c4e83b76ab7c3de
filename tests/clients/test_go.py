"""A Go client (grpc-go), with stubs made on the spot; AUTHZ_TEST_LANGUAGES=1, since compiling takes a minute or two."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.questions import QUESTIONS, expected
from tests.sidecar import EXAMPLE, ROOT, Sidecar

SOURCES = Path(__file__).parent / "go"
PLUGINS = (
    "google.golang.org/protobuf/cmd/protoc-gen-go@v1.35.2",
    "google.golang.org/grpc/cmd/protoc-gen-go-grpc@v1.5.1",
)

pytestmark = [
    pytest.mark.usefixtures("transport"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(os.environ.get("AUTHZ_TEST_LANGUAGES") != "1", reason="set AUTHZ_TEST_LANGUAGES=1 to run it"),
    pytest.mark.skipif(shutil.which("go") is None, reason="go is not installed"),
]


def run(*command, **options):
    ended = subprocess.run(command, capture_output=True, text=True, timeout=500, **options)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("go")
    for file in SOURCES.iterdir():
        shutil.copy(file, folder)
    tools = folder / "bin"
    environment = os.environ | {"GOBIN": str(tools), "PATH": f"{tools}:{os.environ['PATH']}", "GOFLAGS": "-mod=mod"}
    for plugin in PLUGINS:
        run("go", "install", plugin, env=environment)
    proto = "authz/v1/authz.proto"
    made = [f"--{kind}_opt=M{proto}=ask-authz/authzv1,module=ask-authz" for kind in ("go", "go-grpc")]
    protoc = (sys.executable, "-m", "grpc_tools.protoc", f"-I{ROOT / 'protos'}")
    run(*protoc, f"--go_out={folder}", f"--go-grpc_out={folder}", *made, proto, env=environment)
    run("go", "build", "-o", "ask", ".", cwd=folder, env=environment)
    return folder / "ask"


@pytest.mark.parametrize("over_socket", [False, True], ids=["TCP", "Unix socket"])
def test_go_gets_the_decisions_that_our_client_gets(built, over_socket):
    with Sidecar(EXAMPLE) as sidecar:
        told = run(built, sidecar.socket if over_socket else sidecar.tcp, input=json.dumps(QUESTIONS))
        heard = [code_of(each) if isinstance(each, str) else tuple(each) for each in json.loads(told)]
        assert heard == [expected(sidecar, question) for question in QUESTIONS]


def code_of(name):
    """Go writes InvalidArgument."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).upper()
