import pytest

from tests.accounts.linting import found, message
from tests.builders import APP_1, APP_2, allow, im_app


def test_an_entry_that_stands_twice_is_told_the_second_time():
    assert found("Duplicate", allow(["im:RemoveUser", "name/IM:RemoveUser"])) == [("note", "[0].action[1]")]
    assert found("Duplicate", allow("im:RemoveUser", [APP_1, APP_2, APP_1])) == [("note", "[0].resource[2]")]
    office = {"ip_equal": {"qcs:ip": ["10.0.0.1", "10.0.0.1"]}}
    assert found("Duplicate", allow("im:RemoveUser", condition=office)) == [
        ("note", "[0].condition.ip_equal.qcs:ip[1]")
    ]


def test_different_entries_are_no_duplicates():
    assert found("Duplicate", allow(["im:RemoveUser", "im:RemoveUsers"], [APP_1, APP_2])) == []


def test_an_entry_that_a_wider_one_covers_is_told():
    assert found("CoveredEntry", allow(["im:*", "im:RemoveUser"])) == [("note", "[0].action[1]")]
    assert found("CoveredEntry", allow("im:RemoveUser", [APP_1, im_app("*")])) == [("note", "[0].resource[0]")]
    assert found("CoveredEntry", allow("im:RemoveUser", [APP_1, "*"])) == [("note", "[0].resource[0]")]


def test_entries_that_overlap_without_covering_are_not_told():
    assert found("CoveredEntry", allow(["im:Remove*", "im:*User"], [im_app("1*"), im_app("*1")])) == []


def test_a_folder_and_what_is_in_it_are_two_things():
    assert found("CoveredEntry", allow("cos:*", ["qcs::cos:::b-1/dir", "qcs::cos:::b-1/dir/*"])) == []


@pytest.mark.parametrize(
    ("action", "clean"),
    [
        ("name/SMS: DeleteAppInfo ", "name/SMS:DeleteAppInfo"),
        (" im:RemoveUser", "im:RemoveUser"),
        ("im :RemoveUser", "im:RemoveUser"),
        (" * ", "*"),
    ],
)
def test_a_blank_in_an_action_is_told(action, clean):
    # cam-language 1.2: trim, lint warning
    assert found("StrayBlanks", allow(action)) == [("warning", "[0].action")]
    assert message("StrayBlanks", allow(action)).endswith(f"write `{clean}`")


@pytest.mark.parametrize(
    ("resource", "clean"),
    [
        ("qcs::bmeip::: eipId / eip - 34 lvo6ir ", "qcs::bmeip:::eipId/eip-34lvo6ir"),
        ("qcs:: im :::sdkappid/1", "qcs::im:::sdkappid/1"),
        ("qcs::cos:::bucket/a b ", "qcs::cos:::bucket/a b"),
        (" *", "*"),
    ],
)
def test_a_blank_in_a_resource_is_told(resource, clean):
    # cam-language 1.3
    assert found("StrayBlanks", allow("*:*", resource)) == [("warning", "[0].resource")]
    assert message("StrayBlanks", allow("*:*", resource)).endswith(f"write `{clean}`")


def test_the_name_of_an_object_may_hold_blanks():
    assert found("StrayBlanks", allow("cos:*", "qcs::cos:::bucket/a b")) == []


def test_blanks_in_operators_keys_and_values_are_told():
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


def test_numbers_and_booleans_are_values_like_any_other():
    condition = {"numeric_equal": {"x:count": [1, 2, 1]}, "bool_equal": {"qcs:mfa": True}}
    assert found("Duplicate", allow("im:RemoveUser", condition=condition)) == [
        ("note", "[0].condition.numeric_equal.x:count[2]")
    ]


@pytest.mark.parametrize(("key", "now"), [("qcs:tag", "qcs:resource_tag"), ("qcs:tag/dept", "qcs:resource_tag/dept")])
def test_the_old_name_of_a_key_is_answered_with_the_new_one(key, now):
    # cam-language 2.4
    grant = allow("im:RemoveUser", condition={"for_any_value:string_equal": {key: "a&b"}})
    assert message("OldKey", grant) == f"`{key}` is an old name; write `{now}`"


def test_the_present_name_of_a_key_is_not_told():
    grant = allow("im:RemoveUser", condition={"for_any_value:string_equal": {"qcs:resource_tag": "a&b"}})
    assert found("OldKey", grant) == []
