import pytest

from tests.builders import APP_1, APP_2, allow, deny, im_app
from tests.lint.linting import found, message

OFFICE = {"ip_equal": {"qcs:ip": ["10.0.0.0/8", "192.168.0.0/16"]}}
OFFICE_TURNED = {"ip_equal": {"qcs:ip": ["192.168.0.0/16", "10.0.0.0/8"]}}
WITH_MFA = {**OFFICE, "bool_equal": {"qcs:mfa": "true"}}


def test_a_statement_that_another_one_covers_is_reported():
    parts = [allow("im:RemoveUser", APP_1), allow("im:*", [APP_1, APP_2])]
    assert found("CoveredStatement", *parts) == [("warning", "[0]")]
    assert message("CoveredStatement", *parts).startswith("`$.statement[1]` covers all of this allow")


def test_of_two_equal_statements_the_later_is_needless():
    assert found("CoveredStatement", deny("im:RemoveUser", APP_1), deny("im:RemoveUser", APP_1)) == [("warning", "[1]")]


@pytest.mark.parametrize(
    "near_miss",
    [
        allow("im:*", APP_2),
        allow("im:Describe*", APP_1),
        deny("im:*", im_app("*"), condition=OFFICE),
        allow("im:*", APP_1, condition=OFFICE),
    ],
)
def test_a_statement_with_an_effect_is_not_needless(near_miss):
    assert found("CoveredStatement", allow("im:RemoveUser", APP_1), near_miss) == []


def test_a_bucket_that_another_account_shares_is_not_the_accounts_own():
    # cam-language 5.3
    parts = [allow("cos:*", "qcs::cos::uin/87654321:b/a"), allow("cos:*", "qcs::cos:::b/*")]
    assert found("CoveredStatement", *parts) == []


def test_equal_conditions_cover_one_another_in_any_order_of_values():
    parts = [allow("im:*", APP_1, condition=OFFICE), allow("im:RemoveUser", APP_1, condition=OFFICE_TURNED)]
    assert found("CoveredStatement", *parts) == [("warning", "[1]")]


def test_fewer_conditions_cover_more():
    parts = [allow("im:*", APP_1, condition=OFFICE), allow("im:RemoveUser", APP_1, condition=WITH_MFA)]
    assert found("CoveredStatement", *parts) == [("warning", "[1]")]
    wider = [allow("im:*", APP_1, condition=WITH_MFA), allow("im:RemoveUser", APP_1, condition=OFFICE)]
    assert found("CoveredStatement", *wider) == []


def test_an_allow_under_an_unconditional_deny_is_reported():
    parts = [allow("im:RemoveUser", APP_1, condition=OFFICE), deny("im:*", im_app("*"))]
    assert found("DeniedAllow", *parts) == [("warning", "[0]")]
    assert "the deny at `$.statement[1]`" in message("DeniedAllow", *parts)


def test_an_allow_that_a_deny_covers_in_part_is_not_reported():
    assert found("DeniedAllow", allow("im:*", APP_1), deny("im:RemoveUser", APP_1)) == []
    assert found("DeniedAllow", allow("im:RemoveUser", APP_1), deny("im:*", APP_1, condition=OFFICE)) == []
