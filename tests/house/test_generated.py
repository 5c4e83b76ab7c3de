"""Generated code is what the compiler makes of protos/: nobody edits it, nobody forgets it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROTO = "authz/v1/authz.proto"
GENERATED = ["authz_pb2.py", "authz_pb2.pyi", "authz_pb2_grpc.py"]


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("generated")
    outputs = [f"--{kind}_out={folder}" for kind in ("python", "pyi", "grpc_python")]
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{ROOT / 'protos'}", *outputs, PROTO], check=True, timeout=60
    )
    return folder / "authz" / "v1"


@pytest.mark.parametrize("name", GENERATED)
def test_the_committed_code_is_what_the_compiler_makes_today(regenerated, name):
    assert (ROOT / "authz" / "v1" / name).read_text() == (regenerated / name).read_text()


def test_nothing_of_the_contract_was_renumbered_or_renamed():
    contract = ROOT.parent / "shared" / "contract" / "authz.proto"
    if not contract.exists():
        pytest.skip("the contract is not beside this checkout")
    ours = {line.split("//")[0].strip() for line in (ROOT / "protos" / PROTO).read_text().splitlines()}
    theirs = {line.split("//")[0].strip() for line in contract.read_text().splitlines()}
    assert theirs <= ours
