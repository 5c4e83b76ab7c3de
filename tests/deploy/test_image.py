"""The image, built and run for real: buildah on a base made by debootstrap, podman with runc."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sidecar import EXAMPLE, ROOT, eventually

TOOLS = ("buildah", "podman", "runc", "debootstrap")
MISSING = [tool for tool in TOOLS if shutil.which(tool) is None]
BUNDLE = Path("/etc/ssl/certs/ca-certificates.crt")
PODMAN = ("podman", "--runtime", "runc", "--cgroup-manager", "cgroupfs")
PORT, HTTP = "50951", "50952"

pytestmark = [
    pytest.mark.timeout(600),
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.skipif(os.geteuid() != 0, reason="debootstrap and chroot isolation need root"),
]


def run(*command, check=True, timeout=400, **environment):
    ended = subprocess.run(
        command, capture_output=True, text=True, timeout=timeout, cwd=ROOT, env={**os.environ, **environment}
    )
    assert not check or ended.returncode == 0, f"{' '.join(command)}\n{ended.stdout}\n{ended.stderr}"
    return ended


@pytest.fixture(scope="module")
def storage(tmp_path_factory):
    """Images and containers of these tests alone."""
    folder = tmp_path_factory.mktemp("containers")
    config = folder / "storage.conf"
    config.write_text(f'[storage]\ndriver = "vfs"\ngraphroot = "{folder}/graph"\nrunroot = "{folder}/run"\n')
    yield {"CONTAINERS_STORAGE_CONF": str(config)}
    run("buildah", "rmi", "--all", "--force", check=False, CONTAINERS_STORAGE_CONF=str(config))


@pytest.fixture(scope="module")
def base(storage, tmp_path_factory):
    """A Debian with Python, and the certificates that this machine trusts."""
    root = tmp_path_factory.mktemp("base")
    run("debootstrap", "--variant=minbase", "--include=python3,python3-venv,ca-certificates", "bookworm", str(root))
    shutil.copy(BUNDLE, root / "etc/ssl/certs")
    container = run("buildah", "from", "scratch", **storage).stdout.strip()
    run("buildah", "copy", "--quiet", container, str(root), "/", **storage)
    run("buildah", "config", "--env", f"PIP_CERT={BUNDLE}", container, **storage)
    run("buildah", "commit", "--quiet", container, "base:test", **storage)
    run("buildah", "rm", container, **storage)
    shutil.rmtree(root)
    return "localhost/base:test"


@pytest.fixture(scope="module")
def image(storage, base):
    command = ("buildah", "bud", "--isolation", "chroot", "--network", "host", "--build-arg", f"BASE={base}")
    run(*command, "--file", "deploy/Dockerfile", "--tag", "authz-sidecar:test", ".", **storage)
    return "localhost/authz-sidecar:test"


@pytest.fixture
def container(storage, image):
    """It runs as it should in a cluster: read-only, without capabilities, as nobody in particular."""
    confined = ("--read-only", "--cap-drop", "all", "--security-opt", "no-new-privileges")
    limits = ("--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024")  # what this test may hand on
    mounted = ("--network", "host", "--volume", f"{EXAMPLE}:/etc/authz/accounts:ro")
    serve = ("serve", "/etc/authz/accounts", "--listen", f"127.0.0.1:{PORT}", "--http", f"127.0.0.1:{HTTP}")
    started = run(*PODMAN, "run", "--detach", *confined, *limits, *mounted, image, *serve, check=False, **storage)
    if started.returncode != 0 and "OCI" in started.stderr:
        pytest.skip(f"containers cannot be run here: {started.stderr.strip().splitlines()[-1]}")
    assert started.returncode == 0, started.stderr
    name = started.stdout.strip()
    yield name
    run(*PODMAN, "rm", "--force", name, **storage)


def inspected(storage, kind, name, template):
    return run(*PODMAN, kind, "inspect", name, "--format", template, **storage).stdout.strip()


def test_it_answers_as_nobody_on_a_read_only_root_and_stops_with_0(storage, container):
    asked = ("qcs::cam::uin/12345678:uin/100003", "im:AddUser", "qcs::im::uin/12345678:sdkappid/1400000001")
    check = (sys.executable, "-m", "authz", "check", *asked, "--server", f"127.0.0.1:{PORT}")
    answer = eventually(lambda: (ended := run(*check, check=False)).returncode == 0 and ended.stdout)
    assert answer.startswith("allowed")
    assert run(*PODMAN, "exec", container, "id", "-u", **storage).stdout.strip() == "65532"
    assert run(*PODMAN, "exec", container, "touch", "/app/x", check=False, **storage).returncode != 0
    run(*PODMAN, "stop", "--time", "20", container, **storage)
    assert inspected(storage, "container", container, "{{.State.ExitCode}}") == "0"


def test_it_has_the_control_plane_and_the_example_of_the_demo(storage, container):
    python = (*PODMAN, "exec", container, "/opt/python/bin/python")
    assert "Usage:" in run(*python, "-m", "authz", "control", "serve", "--help", **storage).stdout
    found = "from authz.app.demo.example import example_directory; print(example_directory())"
    assert run(*python, "-c", found, **storage).stdout.strip() == "/app/authz/app/demo/example"


def test_what_we_add_to_the_base_is_small_and_holds_no_installer(storage, image, base):
    sizes = [int(inspected(storage, "image", name, "{{.Size}}")) for name in (image, base)]
    print(f"image {sizes[0] / 1e6:.0f} MB, of which the base {sizes[1] / 1e6:.0f} MB")
    assert sizes[0] - sizes[1] < 130e6
    labels = json.loads(inspected(storage, "image", image, "{{json .Labels}}"))
    assert labels["org.opencontainers.image.licenses"] == "Apache-2.0"
    assert inspected(storage, "image", image, "{{.Config.User}} {{.Config.StopSignal}}") == "65532:65532 SIGTERM"
