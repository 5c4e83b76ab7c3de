import pytest

from tests.builders import allow, deny
from tests.lint.linting import found, message


@pytest.mark.parametrize(
    ("action", "clean"),
    [
        ("name/SMS: DeleteAppInfo ", "name/SMS:DeleteAppInfo"),
        (" im:RemoveUser", "im:RemoveUser"),
        ("im :RemoveUser", "im:RemoveUser"),
        (" * ", "*"),
    ],
)
def test_a_blank_in_an_action_is_reported(action, clean):
    # cam-language 1.2: trim, lint warning
    assert found("StrayBlanks", allow(action)) == [("warning", "[0].action")]
    assert message("StrayBlanks", allow(action)).endswith(f"write `{clean}`")


@pytest.mark.parametrize(
    ("resource", "clean"),
    [
        ("qcs::bmeip::: eipId / eip - 34 lvo6ir ", "qcs::bmeip:::eipId / eip - 34 lvo6ir"),
        ("qcs:: im :::sdkappid/1", "qcs::im:::sdkappid/1"),
        ("qcs::cos:::bucket/a b ", "qcs::cos:::bucket/a b"),
        (" *", "*"),
    ],
)
def test_a_blank_in_a_resource_is_reported(resource, clean):
    # cam-language 1.3
    assert found("StrayBlanks", allow("*:*", resource)) == [("warning", "[0].resource")]
    assert message("StrayBlanks", allow("*:*", resource)).endswith(f"write `{clean}`")


@pytest.mark.parametrize(
    ("resource", "clean"),
    [
        ("qcs::bmeip::: eipId / eip - 34 lvo6ir ", "qcs::bmeip:::eipId/eip-34lvo6ir"),
        ("qcs::im:::key/a b", "qcs::im:::key/ab"),
        ("qcs::im:::key/a\tb*", "qcs::im:::key/ab*"),
        ("qcs::i m:::sdkappid/1", "qcs::im:::sdkappid/1"),
        ("qcs::cos:ap- guangzhou::bucket/ab", "qcs::cos:ap-guangzhou::bucket/ab"),
    ],
)
def test_a_blank_inside_a_name_is_reported_as_part_of_it(resource, clean):
    assert found("InnerBlanks", deny("*:*", ["*", resource])) == [("warning", "[0].resource[1]")]
    assert message("InnerBlanks", deny("*:*", resource)).endswith(f"write `{clean}`")


def test_the_name_of_an_object_may_hold_blanks():
    assert found("StrayBlanks", allow("cos:*", "qcs::cos:::bucket/a b")) == []
    assert found("InnerBlanks", allow("cos:*", "qcs::cos:::bucket/a b")) == []


def test_blanks_in_operators_keys_and_values_are_reported():
    # cam-language 2.1
    condition = {" ip_equal ": {"qcs:ip ": [" 10.0.0.1"]}}
    block = "[0].condition. ip_equal "
    assert found("StrayBlanks", allow("im:RemoveUser", condition=condition)) == [
        ("warning", block),
        ("warning", f"{block}.qcs:ip "),
        ("warning", f"{block}.qcs:ip [0]"),
    ]


def test_blanks_belong_to_a_text_value():
    condition = {"string_equal": {"qcs:resource_tag/dept": " ops "}}
    assert found("StrayBlanks", allow("im:RemoveUser", condition=condition)) == []
