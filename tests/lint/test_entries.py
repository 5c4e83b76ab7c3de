import pytest

from tests.builders import APP_1, APP_2, allow, im_app
from tests.lint.linting import found, message


def test_a_duplicate_entry_is_reported_at_its_second_place():
    assert found("Duplicate", allow(["im:RemoveUser", "name/IM:RemoveUser"])) == [("note", "[0].action[1]")]
    assert found("Duplicate", allow("im:RemoveUser", [APP_1, APP_2, APP_1])) == [("note", "[0].resource[2]")]
    office = {"ip_equal": {"qcs:ip": ["10.0.0.1", "10.0.0.1"]}}
    assert found("Duplicate", allow("im:RemoveUser", condition=office)) == [
        ("note", "[0].condition.ip_equal.qcs:ip[1]")
    ]


def test_different_entries_are_no_duplicates():
    assert found("Duplicate", allow(["im:RemoveUser", "im:RemoveUsers"], [APP_1, APP_2])) == []


def test_an_entry_that_a_wider_one_covers_is_reported():
    assert found("CoveredEntry", allow(["im:*", "im:RemoveUser"])) == [("note", "[0].action[1]")]
    assert found("CoveredEntry", allow("im:RemoveUser", [APP_1, im_app("*")])) == [("note", "[0].resource[0]")]
    assert found("CoveredEntry", allow("im:RemoveUser", [APP_1, "*"])) == [("note", "[0].resource[0]")]


def test_entries_that_overlap_without_covering_are_not_reported():
    assert found("CoveredEntry", allow(["im:Remove*", "im:*User"], [im_app("1*"), im_app("*1")])) == []


def test_a_folder_and_what_is_in_it_are_two_things():
    assert found("CoveredEntry", allow("cos:*", ["qcs::cos:::b-1/dir", "qcs::cos:::b-1/dir/*"])) == []


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


def test_the_current_name_of_a_key_is_not_reported():
    grant = allow("im:RemoveUser", condition={"for_any_value:string_equal": {"qcs:resource_tag": "a&b"}})
    assert found("OldKey", grant) == []
