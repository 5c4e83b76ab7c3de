"""The example backends' generated code is what the compiler makes of their protos."""

import subprocess
import sys

import pytest

from tests.sidecar import ROOT

FOLDER = "deploy/example/backends"
NAMES = [f"{name}_backend_{kind}" for name in ("im", "sms") for kind in ("pb2.py", "pb2.pyi", "pb2_grpc.py")]


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generated")
    outputs = [f"--{kind}_out={folder}" for kind in ("python", "pyi", "grpc_python")]
    protos = [f"{FOLDER}/{name}_backend.proto" for name in ("im", "sms")]
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{ROOT}", *outputs, *protos], check=True, timeout=60, cwd=ROOT
    )
    return folder / FOLDER


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_code_is_what_the_compiler_makes_today(regenerated, name):
    assert (ROOT / FOLDER / name).read_text() == (regenerated / name).read_text()
