import json

import pytest

from authz.control.errors import ControlError
from authz.control.generator import ChosenCondition, ChosenStatement, default_policy_name, generate
from authz.language.parse import parse_policy
from tests.builders import APP_1, ROOT_UIN


def generated(*statements):
    return generate(statements, ROOT_UIN, "")


def test_the_walkthrough_of_the_source_documents():
    # requirements 81-83: all operations on application 1400000001 allowed, RemoveUser on it denied
    policy = generated(
        ChosenStatement("allow", "im", resources=(APP_1,)),
        ChosenStatement("deny", "im", ("RemoveUser",), (APP_1,)),
    )
    assert policy.sentences == (
        "Allow all IM actions on application 1400000001",
        "Deny IM action RemoveUser on application 1400000001",
    )
    assert json.loads(policy.document) == {
        "version": "2.0",
        "statement": [
            {"effect": "allow", "action": ["name/im:*"], "resource": [APP_1]},
            {"effect": "deny", "action": ["name/im:RemoveUser"], "resource": [APP_1]},
        ],
    }
    assert len(parse_policy(policy.document).statements) == 2


def test_conditions_are_grouped_by_their_operator():
    policy = generated(
        ChosenStatement(
            "allow",
            "sms",
            conditions=(
                ChosenCondition("ip_equal", "qcs:ip", ("10.0.0.0/8",)),
                ChosenCondition("string_equal", "dept", ("ops", "dev")),
                ChosenCondition("string_equal", "team", ("a",)),
            ),
        )
    )
    assert json.loads(policy.document)["statement"][0]["condition"] == {
        "ip_equal": {"qcs:ip": ["10.0.0.0/8"]},
        "string_equal": {"dept": ["ops", "dev"], "team": ["a"]},
    }
    assert policy.sentences == (
        "Allow all SMS actions on everything if qcs:ip is in 10.0.0.0/8 and dept is ops or dev and team is a",
    )


def test_everything_is_a_star():
    policy = generated(ChosenStatement("allow", "*"))
    assert json.loads(policy.document)["statement"][0]["action"] == ["*"]
    assert policy.sentences == ("Allow all actions on everything",)


@pytest.mark.parametrize(
    ("statements", "detail"),
    [
        ((), "StatementError"),
        ((ChosenStatement("permit", "im"),), "EffectError"),
        ((ChosenStatement("allow", "im", ("Nope",)),), "ActionNotExist"),
        ((ChosenStatement("allow", "im", ()),), "ActionMiss"),
        ((ChosenStatement("allow", "im", resources=("app 1",)),), "ResourceQcsError"),
        ((ChosenStatement("allow", "im", resources=("qcs::im::uin/1:sdkappid/1",)),), "ResourceUinError"),
        ((ChosenStatement("allow", "im", conditions=(ChosenCondition("like", "a", ("b",)),)),), "ConditionTypeError"),
        (
            (ChosenStatement("allow", "im", conditions=(ChosenCondition("ip_equal", "qcs:ip", ("1.1.1.1",)),) * 2),),
            "ConditionError",
        ),
    ],
)
def test_a_mistake_is_marked_before_anything_is_saved(statements, detail):
    # requirements 84
    with pytest.raises(ControlError) as caught:
        generate(statements, ROOT_UIN, "")
    assert caught.value.code == f"InvalidParameter.{detail}"


def test_the_proposed_name_bears_the_time_in_china():
    # requirements 85: 2024-09-09 14:16:14 in UTC+8
    assert default_policy_name(1725862574.9) == "policygen-20240909141614"
