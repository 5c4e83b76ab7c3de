"""A Unix socket whose file goes, under a sidecar that runs: it is made again, or the sidecar ends and says why."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import grpc
import pytest

from authz.v1 import authz_pb2_grpc
from tests.builders import APP_1
from tests.sidecar import EXAMPLE, ROOT, Sidecar, check_request, user
from tests.waiting import DEADLINE, eventually

QUESTION = check_request(user(), "im:AddUser", APP_1)

pytestmark = pytest.mark.usefixtures("transport")


def inode(path):
    """The number of a file; None at the moment between its removal and its return."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None


def path_of(sidecar):
    return Path(sidecar.socket.removeprefix("unix:"))


def is_answered(target):
    """Over a connection of its own, as by a client that starts now."""
    options = [("grpc.use_local_subchannel_pool", 1), ("grpc.default_authority", "localhost")]
    with grpc.insecure_channel(target, options=options) as channel:
        try:
            return authz_pb2_grpc.AuthorizationServiceStub(channel).Check(QUESTION, timeout=DEADLINE).allowed
        except grpc.RpcError:
            return False


def ended(sidecar):
    """The exit status of a sidecar that ends by itself, and all that it said."""
    status = sidecar.process.wait(DEADLINE)
    return status, Path(sidecar._log).read_text()


def dead_socket(path):
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(path))


def test_a_socket_that_was_removed_is_made_again():
    with Sidecar(EXAMPLE, "--socket-mode", "0622") as sidecar:
        path = path_of(sidecar)
        assert sidecar.check(user(), "im:AddUser", APP_1).allowed
        for _ in range(2):
            path.unlink()
            eventually(path.exists)
            assert eventually(lambda: is_answered(sidecar.socket))
            assert path.stat().st_mode & 0o777 == 0o622
        assert sidecar.check(user(), "im:AddUser", APP_1).allowed, "over the connection from before"
        assert sidecar.wait_for_log("a socket file was removed or replaced; it was recreated")
        assert sidecar.stop() == 0
        assert not path.exists()


@pytest.mark.parametrize("put", [dead_socket, lambda path: path.symlink_to(path.with_name("b.sock"))])
def test_a_socket_in_whose_place_a_dead_one_is_is_made_again(put):
    with Sidecar(EXAMPLE) as sidecar:
        path = path_of(sidecar)
        dead_socket(path.with_name("b.sock"))
        before = path.stat().st_ino
        put(path.with_name("c.sock"))
        path.with_name("c.sock").replace(path)
        assert eventually(lambda: inode(path) not in (None, before) and is_answered(sidecar.socket))
        assert sidecar.stop() == 0


def test_a_socket_that_another_server_took_ends_the_sidecar():
    with Sidecar(EXAMPLE) as sidecar, socket.socket(socket.AF_UNIX) as other:
        path = path_of(sidecar)
        other.bind(str(path.with_name("b.sock")))
        other.listen()
        path.with_name("b.sock").replace(path)
        status, log = ended(sidecar)
        assert status == 1
        assert f"another server listens on `{path}`" in log
        assert "Traceback" not in log
        assert sidecar.wait_for_log("stopped"), "what was under way was finished"


def test_a_socket_of_another_server_is_not_removed_at_the_end(transport):
    if transport.value == "grpcio":
        pytest.skip("gRPC itself removes whatever socket lies at its path")
    with Sidecar(EXAMPLE) as sidecar, socket.socket(socket.AF_UNIX) as other:
        path = path_of(sidecar)
        other.bind(str(path.with_name("b.sock")))
        other.listen()
        path.with_name("b.sock").replace(path)
        assert ended(sidecar)[0] == 1
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda path: shutil.rmtree(path.parent), "of the socket does not exist"),
        (lambda path: (path.unlink(), path.write_text("precious")), "is not a socket but a file"),
        (lambda path: (path.unlink(), path.mkdir()), "is not a socket but a directory"),
    ],
    ids=["folder removed", "file", "directory"],
)
def test_a_socket_that_cannot_be_made_again_ends_the_sidecar(tmp_path, spoil, told):
    (tmp_path / "run").mkdir()
    path = tmp_path / "run" / "a.sock"
    with Sidecar(EXAMPLE, "--listen", f"unix:{path}") as sidecar:
        spoil(path)
        status, log = ended(sidecar)
        assert status == 1
        assert "a socket is lost and cannot be restored; stopping" in log
        assert told in log.splitlines()[-1]
    assert not path.is_file() or path.read_text() == "precious"


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("x" * 200, "bytes long; the system allows at most 107"),
        ("run/a.sock", "run` of the socket does not exist"),
        ("file/a.sock", "file` is not a directory"),
        (".", "is not a socket but a directory"),
    ],
    ids=["too long", "no folder", "not a folder", "a folder"],
)
def test_a_socket_that_cannot_be_had_at_start_is_told_in_words(tmp_path, name, told):
    (tmp_path / "file").touch()
    for option in ("--listen", "--health-listen"):
        command = [sys.executable, "-m", "authz", "serve", str(EXAMPLE), option, f"unix:{tmp_path}/{name}"]
        command += ["--listen", "127.0.0.1:0", "--log-level", "error"]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=DEADLINE)
        assert ran.returncode == 1
        assert told in ran.stderr
        assert ran.stderr.startswith("authz: ")
        assert "None" not in ran.stderr
