"""Tencent Cloud's own command line against a control plane, unchanged."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.control_plane import ACCOUNT, ControlPlaneProcess
from tests.doors.api3.actions.world import ALL_IM
from tests.waiting import DEADLINE

PROGRAM = shutil.which("tccli", path=str(Path(sys.executable).parent)) or shutil.which("tccli")
pytestmark = pytest.mark.skipif(PROGRAM is None, reason="tccli is not installed: pip install '.[tccli]'")


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def plane(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("tccli")
    if request.param == "sqlite":
        url = f"sqlite:///{folder}/control.db"
    else:
        url = request.getfixturevalue("postgres").make_database()
    with ControlPlaneProcess(url, folder) as running:
        yield running


def tccli(plane, home, action, *options, key=None):
    """Run an action of CAM with a key in the environment; its outcome."""
    used = key or plane.root
    environment = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "TENCENTCLOUD_SECRET_ID": used["SecretId"],
        "TENCENTCLOUD_SECRET_KEY": used["SecretKey"],
        "TENCENTCLOUD_REGION": "ap-guangzhou",
    }
    return subprocess.run(
        [PROGRAM, "cam", action, "--endpoint", plane.address, *options],
        env=environment,
        cwd=home,
        capture_output=True,
        text=True,
        timeout=DEADLINE,
    )


def answer(plane, home, action, *options, **more):
    outcome = tccli(plane, home, action, *options, **more)
    assert outcome.returncode == 0, outcome.stderr
    return json.loads(outcome.stdout)


def test_a_user_gets_a_policy_and_a_refusal_is_shown(plane, tmp_path):
    made = answer(plane, tmp_path, "AddUser", "--Name", "by-tccli", "--UseApi", "1")
    created = answer(plane, tmp_path, "CreatePolicy", "--PolicyName", "by-tccli", "--PolicyDocument", ALL_IM)
    policy, uin = str(created["PolicyId"]), str(made["Uin"])
    answer(plane, tmp_path, "AttachUserPolicy", "--PolicyId", policy, "--AttachUin", uin)
    attached = answer(plane, tmp_path, "ListAttachedUserPolicies", "--TargetUin", uin)
    assert [each["PolicyName"] for each in attached["List"]] == ["by-tccli"]
    version = ("--PolicyDocument", ALL_IM, "--SetAsDefault", "true")
    assert answer(plane, tmp_path, "CreatePolicyVersion", "--PolicyId", policy, *version)["VersionId"] == 2
    numbers = answer(plane, tmp_path, "GetUserAppId", key=made)
    assert (numbers["Uin"], numbers["OwnerUin"]) == (uin, ACCOUNT)
    refused = tccli(plane, tmp_path, "ListUsers", key=made)
    assert refused.returncode == 255
    assert "code:AuthFailure.UnauthorizedOperation" in refused.stdout + refused.stderr
    deleted = tccli(plane, tmp_path, "DeletePolicy", "--PolicyId", f"[{policy}]")
    assert deleted.returncode == 0, deleted.stderr
