"""A Node client (@grpc/grpc-js), installed by npm into a folder of its own."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.questions import QUESTIONS, expected
from tests.sidecar import EXAMPLE, ROOT, Sidecar

SOURCES = Path(__file__).parent / "node"

pytestmark = [
    pytest.mark.usefixtures("transport"),
    pytest.mark.timeout(300),
    pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed"),
]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("node")
    for file in SOURCES.iterdir():
        shutil.copy(file, folder)
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240)
    if ended.returncode:
        pytest.skip(f"npm cannot install here: {ended.stderr.strip().splitlines()[-1]}")
    return folder


@pytest.mark.parametrize("over_socket", [False, True], ids=["TCP", "Unix socket"])
def test_node_gets_the_decisions_that_our_client_gets(installed, over_socket):
    with Sidecar(EXAMPLE) as sidecar:
        address = sidecar.socket if over_socket else sidecar.tcp
        command = ["node", "ask.js", address, str(ROOT / "protos")]
        asked = json.dumps(QUESTIONS)
        ended = subprocess.run(command, cwd=installed, input=asked, capture_output=True, text=True, timeout=60)
        assert ended.returncode == 0, ended.stderr
        heard = [each if isinstance(each, str) else tuple(each) for each in json.loads(ended.stdout)]
        assert heard == [expected(sidecar, question) for question in QUESTIONS]
