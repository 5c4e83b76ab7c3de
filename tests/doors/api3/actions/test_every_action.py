"""Every action, through the typed models of Tencent's SDK: answers, required fields, types, and what is not served."""

import json
from pathlib import Path

import pytest
from tencentcloud.cam.v20190116 import models
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException

from authz.doors.api3.actions.table import ACTIONS, CAM, LACKING
from authz.doors.api3.fields import Field
from tests.doors.api3.actions.requests import REQUESTS

SERVED = ACTIONS[CAM]
REQUIRED = [(name, field.name) for name, action in SERVED.items() for field in action.fields if field.is_required]
STRUCTURES = [
    "StrategyInfo",
    "AttachPolicyInfo",
    "AttachedUserPolicy",
    "AttachedUserPolicyGroupInfo",
    "AttachedPolicyOfRole",
    "AttachEntityOfPolicy",
    "PolicyVersionItem",
    "PolicyVersionDetail",
    "SubAccountInfo",
    "SubAccountUser",
    "GroupInfo",
    "GroupMemberInfo",
    "RoleInfo",
    "AccessKey",
    "AccessKeyDetail",
    "SecretIdLastUsed",
    "PassWordRule",
    "ListGrantServiceAccessNode",
    "ListGrantServiceAccessService",
    "ListGrantServiceAccessPolicy",
]
WRONG = {"text": 5, "integer": "x", "digits": "x", "flag": 2, "boolean": "yes"}


def refusal(world, action, parameters):
    """The code and message of a refused call; the parameters are sent as they are."""
    with pytest.raises(TencentCloudSDKException) as caught:
        world.root.call_json(action, world.resolved(parameters))
    return caught.value.code, caught.value.message


def all_fields(value):
    """Every model in an answer of the SDK, with its fields."""
    if isinstance(value, list):
        for each in value:
            yield from all_fields(each)
    elif hasattr(value, "_deserialize"):
        yield value
        for each in vars(value).values():
            yield from all_fields(each)


def test_every_action_of_the_table_is_called():
    assert list(SERVED) != []
    assert set(REQUESTS) == set(SERVED)


def test_each_action_answers_by_its_typed_model(world):
    answers = {action: world.call(action, parameters) for action, parameters in REQUESTS.items()}
    for action, answer in answers.items():
        assert type(answer) is getattr(models, f"{action}Response")
        assert answer.RequestId
    typed = {type(each).__name__ for answer in answers.values() for each in all_fields(answer)}
    assert set(STRUCTURES) - typed == set()


READS = [name for name in REQUESTS if name.startswith(("Get", "List", "Describe"))]


@pytest.mark.parametrize("action", READS)
def test_an_answer_has_every_field_of_the_sdk_and_no_other(action, world):
    wire = world.root.call_json(action, world.resolved(REQUESTS[action] if action != "GetUser" else {"Name": "alice"}))
    answer = getattr(models, f"{action}Response")()
    answer._deserialize(wire["Response"])
    lacking = {"PermissionLevel", "Idps"}  # newer than the documented structures
    for model, given in zip(all_fields(answer), objects(wire["Response"]), strict=True):
        assert {name[1:] for name in vars(model)} - lacking == set(given)


def objects(value):
    """Every object of an answer on the wire, in the order of all_fields."""
    if isinstance(value, list):
        for each in value:
            yield from objects(each)
    elif isinstance(value, dict):
        yield value
        for each in value.values():
            yield from objects(each)


@pytest.mark.parametrize("action", SERVED)
def test_request_fields_are_those_of_the_sdk(action):
    theirs = {name.removeprefix("_") for name in vars(getattr(models, f"{action}Request")())}
    assert {field.name for field in SERVED[action].fields} == theirs


def test_the_actions_are_those_of_tccli():
    api = documented_by_tccli()
    assert set(api["actions"]) == set(SERVED) | LACKING[CAM]
    assert set(SERVED) & LACKING[CAM] == set()


@pytest.mark.parametrize("action", SERVED)
def test_required_fields_are_those_that_tccli_documents(action):
    api = documented_by_tccli()
    members = api["objects"][api["actions"][action]["input"]]["members"]
    required = {member["name"] for member in members if member.get("required")}
    assert {field.name for field in SERVED[action].fields if field.is_required} == required


def documented_by_tccli():
    services = pytest.importorskip("tccli.services", reason="tccli is not installed: pip install '.[tccli]'")
    [folder] = services.__path__
    return json.loads(Path(folder, "cam", "v20190116", "api.json").read_text())


@pytest.mark.parametrize(("action", "field"), REQUIRED)
def test_a_required_field_that_is_missing_is_named(action, field, world):
    parameters = {name: value for name, value in REQUESTS[action].items() if name != field}
    assert refusal(world, action, parameters) == ("MissingParameter", f"`{field}` is missing")


def wrong_value(field: Field):
    """A value of the wrong type for a field."""
    return WRONG.get(field.read.__name__, "not a list")


@pytest.mark.parametrize(
    ("action", "field"),
    [(name, field) for name, action in SERVED.items() for field in action.fields],
    ids=lambda v: getattr(v, "name", v),
)
def test_a_value_of_the_wrong_type_is_named(action, field, world):
    code, message = refusal(world, action, {**REQUESTS[action], field.name: wrong_value(field)})
    assert (code, message.partition(" is malformed")[0]) == ("InvalidParameterValue", f"`{field.name}`")


@pytest.mark.parametrize("action", SERVED)
def test_a_field_that_the_action_does_not_have_is_refused(action, world):
    code, message = refusal(world, action, {**REQUESTS[action], "Other": 1})
    assert (code, message) == ("UnknownParameter", "`Other` is not a parameter of this action")


@pytest.mark.parametrize("action", sorted(LACKING[CAM]))
def test_actions_that_cam_has_and_this_server_lacks_say_so(action, world):
    code, message = refusal(world, action, {})
    assert code == "UnsupportedOperation"
    assert f"`{action}`" in message


def test_an_action_that_does_not_exist_is_refused(world):
    assert refusal(world, "MakeCoffee", {})[0] == "InvalidAction"
