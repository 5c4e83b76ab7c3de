"""The commands and the program of docs/control-plane.md, run one after another as a reader does."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.control_plane import READY, ControlPlaneProcess, authz
from tests.docs.pages import blocks
from tests.docs.printing import ADDRESS, PROGRAM, printed, runs
from tests.sidecar import ROOT, Sidecar
from tests.waiting import DEADLINE

PAGE = ROOT / "docs" / "control-plane.md"
API = "127.0.0.1:8080"
SECRETS = re.compile(r"^(Password: +|SecretId: +AKID|SecretKey: +)\S+$", re.MULTILINE)


def commands():
    """Each command of the page with what it shows, and the program."""
    found = [block for block in blocks(PAGE) if block.language in ("console", "python")]
    program = next(block.text for block in found if block.language == "python")
    shown = [each for block in found if block.language == "console" for each in runs(block.text)]
    return {arguments(command)[0]: (command, output) for command, output in shown}, program


def arguments(command):
    """The words of a command after the program, the first of which tells commands apart."""
    words = shlex.split(command)
    rest = words[1:] if words[0] == PROGRAM else words
    return [" ".join(rest[:2]) if rest[0] == "control" else rest[0], *rest]


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """A reader who has followed the page up to its program: what is needed for the rest."""
    folder = tmp_path_factory.mktemp("page")
    url = f"sqlite:///{folder}/control.db"
    with ControlPlaneProcess(url, folder) as plane, Sidecar(url) as sidecar:
        environment = {
            **os.environ,
            "HOME": str(folder),
            "TENCENTCLOUD_SECRET_ID": plane.root["SecretId"],
            "TENCENTCLOUD_SECRET_KEY": plane.root["SecretKey"],
        }
        yield plane, sidecar, environment, folder


def test_init_shows_what_the_page_shows(tmp_path):
    command, shown = commands()[0]["control init"]
    words = [word.replace("sqlite:///", f"sqlite:///{tmp_path}/") for word in shlex.split(command)[1:]]
    outcome = authz(*words)
    assert SECRETS.sub(r"\1*", outcome.stdout.strip()) == SECRETS.sub(r"\1*", shown)
    for line, sample in zip(outcome.stdout.splitlines(), shown.splitlines(), strict=True):
        assert len(line) == len(sample)


def test_the_servers_start_by_the_shown_options(reader):
    plane, _, _, _ = reader
    found, _ = commands()
    command, shown = found["control serve"]
    assert shown == f"{READY}http://{API}"
    assert f"{READY}{plane.address}\n" in plane.log
    assert arguments(command)[1:] == ["control", "serve", "sqlite:///control.db", "--http", API]
    assert arguments(found["serve"][0])[1:] == ["serve", "sqlite:///control.db", "--listen", ADDRESS]


def test_the_program_makes_a_user_whom_the_sidecar_then_allows(reader, tmp_path):
    plane, sidecar, environment, folder = reader
    found, program = commands()
    source = program.replace(API, plane.endpoint)
    outcome = subprocess.run(
        [sys.executable, "-c", source], env=environment, cwd=folder, capture_output=True, text=True, timeout=DEADLINE
    )
    expected = re.findall(r"print\(.*\)  # (.*)$", program, flags=re.MULTILINE)
    assert (outcome.stdout.splitlines(), outcome.stderr) == (expected, "")
    command, shown = found["check"]
    sidecar.check("qcs::cam::uin/12345678:root", "im:RemoveUser", at_least_revision=str(latest(plane)))
    assert printed(command, sidecar.tcp, tmp_path) == shown
    tccli = shutil.which("tccli", path=str(Path(sys.executable).parent))
    if tccli is not None:
        command, shown = found["tccli"]
        words = [tccli, *shlex.split(command.replace(API, plane.endpoint))[1:]]
        result = subprocess.run(words, env=environment, cwd=folder, capture_output=True, text=True, timeout=DEADLINE)
        assert (result.stdout.strip(), result.stderr) == (shown, "")


def latest(plane):
    """The revision of the last change."""
    return plane.client()._call("GetUserAppId", {}).headers["X-Authz-Revision"]
