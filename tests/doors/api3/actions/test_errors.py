"""Documented error codes of each action, provoked through Tencent's SDK: a row a code.

documented_errors.txt lists the codes that the official Go SDK names for each action. NOT_CONCERNED says why those
that are left are never answered.
"""

import json
from collections import defaultdict
from pathlib import Path

import pytest
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from authz.doors.api3.actions.table import ACTIONS, CAM, LACKING
from tests.control_plane import ControlPlaneProcess, call
from tests.doors.api3.actions.error_rows import QUOTA_ROWS, QUOTAS, ROWS
from tests.doors.api3.actions.not_concerned import NOT_CONCERNED
from tests.doors.api3.actions.world import make_world

DOCUMENTED = {
    line.split()[0]: set(line.split()[1:])
    for line in Path(__file__).with_name("documented_errors.txt").read_text().splitlines()
}
COMMON = {"AuthFailure.UnauthorizedOperation"}
"""Codes that come with any action, whatever its own list says."""
ALLOWED = {"manager": ["cam:*"], "helper": ["cam:DeleteUser", "cam:GetUser"]}


@pytest.fixture(scope="module")
def refusing(world, plane):
    """The world, with users who are not root and may do something."""
    for name, actions in ALLOWED.items():
        made = world.call("AddUser", {"Name": name, "UseApi": 1})
        world.clients[name] = plane.client({"SecretId": made.SecretId, "SecretKey": made.SecretKey})
        statement = {"effect": "allow", "action": actions, "resource": "*"}
        document = json.dumps({"version": "2.0", "statement": [statement]})
        policy = world.call("CreatePolicy", {"PolicyName": name, "PolicyDocument": document}).PolicyId
        world.call("AttachUserPolicy", {"PolicyId": policy, "AttachUin": made.Uin})
    return world


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    """The world of a control plane whose quotas it uses up."""
    folder = tmp_path_factory.mktemp("full")
    options = [f"--quota={name}={number}" for name, number in QUOTAS.items()]
    with ControlPlaneProcess(f"sqlite:///{folder}/control.db", folder, *options) as plane:
        world = make_world(plane)
        world.call("AttachGroupPolicy", {"PolicyId": "$spare", "AttachGroupId": "$group"})
        world.call("AttachRolePolicy", {"PolicyId": "$spare", "AttachRoleId": "$role"})
        yield world


def code_of(world, action, parameters, caller="root"):
    with pytest.raises(TencentCloudSDKException) as caught:
        world.call(action, parameters, caller)
    assert caught.value.requestId
    assert caught.value.message
    return caught.value.code


def shown(row):
    return "-".join((row[0], row[2], *row[3:]))


@pytest.mark.parametrize("row", ROWS, ids=shown)
def test_a_code_is_answered(row, refusing):
    action, parameters, code, *caller = row
    assert code_of(refusing, action, parameters, *caller) == code


@pytest.mark.parametrize("row", QUOTA_ROWS, ids=shown)
def test_a_quota_that_is_used_up_is_answered(row, full):
    action, parameters, code = row
    assert code_of(full, action, parameters) == code


def test_a_quota_of_users_a_day_is_answered(tmp_path):
    with ControlPlaneProcess(f"sqlite:///{tmp_path}/control.db", tmp_path, "--quota=users_a_day=1") as plane:
        call(plane.client(), "AddUser", Name="one")
        with pytest.raises(TencentCloudSDKException) as caught:
            call(plane.client(), "AddUser", Name="two")
    assert caught.value.code == "RequestLimitExceeded.CreateUser"


PROVOKED = defaultdict(set, {"AddUser": {"RequestLimitExceeded.CreateUser"}})
for each in (*ROWS, *QUOTA_ROWS):
    PROVOKED[each[0]].add(each[2])


def test_every_documented_code_is_provoked_or_known_not_to_concern():
    left = {code for action, codes in DOCUMENTED.items() for code in codes - PROVOKED[action]}
    assert left == set(NOT_CONCERNED)


@pytest.mark.parametrize("action", DOCUMENTED)
def test_no_other_code_is_answered_than_the_documented_ones(action):
    assert PROVOKED[action] - DOCUMENTED[action] - COMMON == set()


def test_as_many_actions_and_codes_as_the_page_says():
    page = Path(__file__).parents[4].joinpath("docs", "cam-api.md").read_text()
    codes = {code for found in PROVOKED.values() for code in found}
    pairs = sum(map(len, PROVOKED.values()))
    assert f"{len(ACTIONS[CAM])} actions of CAM" in page
    assert f"{len(LACKING[CAM])} actions that are answered by `UnsupportedOperation`" in page
    assert f"{len(codes)} error codes in {pairs} combinations of action and code" in page
