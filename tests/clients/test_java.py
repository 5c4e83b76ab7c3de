"""A Java client (grpc-java), built by Maven; AUTHZ_TEST_LANGUAGES=1, since it fetches much and compiles."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.clients.questions import QUESTIONS, expected
from tests.sidecar import EXAMPLE, ROOT, Sidecar

SOURCES = Path(__file__).parent / "java"

pytestmark = [
    pytest.mark.usefixtures("transport"),
    pytest.mark.timeout(600),
    pytest.mark.skipif(os.environ.get("AUTHZ_TEST_LANGUAGES") != "1", reason="set AUTHZ_TEST_LANGUAGES=1 to run it"),
    pytest.mark.skipif(shutil.which("mvn") is None, reason="Maven is not installed"),
]


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = shutil.copytree(SOURCES, tmp_path_factory.mktemp("java") / "ask")
    maven(folder, "compile")
    return folder


def maven(folder, *goals, **options):
    command = ["mvn", "-q", "-B", "-Dstyle.color=never", f"-Dprotos={ROOT / 'protos'}", *goals]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=500, **options)
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


@pytest.mark.parametrize("over_socket", [False, True], ids=["TCP", "Unix socket"])
def test_java_gets_the_decisions_that_our_client_gets(project, over_socket):
    with Sidecar(EXAMPLE) as sidecar:
        address = sidecar.socket if over_socket else sidecar.tcp
        told = maven(project, "exec:java", f"-Dexec.args={address}", input=json.dumps(QUESTIONS))
        heard = [
            each if isinstance(each, str) else tuple(each)
            for each in json.loads(told[told.index("[[") : told.rindex("]") + 1])
        ]
        assert heard == [expected(sidecar, question) for question in QUESTIONS]
