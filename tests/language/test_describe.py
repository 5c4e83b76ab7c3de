"""A statement reads as one plain sentence, as the policy generator of the IM console shows it (seed 003)."""

import json

import pytest

from authz.language.describe import describe
from authz.language.parse import parse_policy
from tests.builders import APP_1, APP_2, allow, deny, document

CASES = [
    (allow("name/im:*", [APP_1]), "allow all IM actions on application 1400000001"),
    (deny("name/im:RemoveUser", [APP_1]), "deny IM action RemoveUser on application 1400000001"),
    (allow("im:*", [APP_1, APP_2]), "allow all IM actions on applications 1400000001 and 1400000002"),
    (allow("*"), "allow all actions on everything"),
    (
        allow(["sms:Describe*", "im:RemoveUser"], "qcs::sms:::app/*"),
        "allow SMS actions Describe* and IM action RemoveUser on all applications",
    ),
    (allow("cos:GetObject", "qcs::cos:::bucket/x"), "allow cos action GetObject on `qcs::cos:::bucket/x`"),
    (
        allow([f"im:A{number}" for number in range(9)]),
        "allow IM actions A0, A1, A2 and 6 more on everything",
    ),
    (
        allow(
            "im:*",
            condition={
                "ip_equal": {"qcs:ip": ["10.0.0.0/8", "::1"]},
                "date_less_than": {"qcs:current_time": "2026-01-01T00:00:00Z"},
            },
        ),
        (
            "allow all IM actions on everything if qcs:ip is in 10.0.0.0/8 or ::1 "
            "and qcs:current_time is before 2026-01-01T00:00:00Z"
        ),
    ),
    (
        deny("im:*", condition={"for_any_value:string_not_equal_if_exist": {"qcs:resource_tag": "a&b"}}),
        "deny all IM actions on everything if any of qcs:resource_tag (if given) is not a&b",
    ),
    (
        allow("im:*", condition={"null_equal": {"qcs:mfa": "true"}}),
        "allow all IM actions on everything if qcs:mfa is absent",
    ),
    (
        allow("im:*", condition={"null_equal": {"qcs:mfa": "false"}}),
        "allow all IM actions on everything if qcs:mfa is present",
    ),
]


@pytest.mark.parametrize(("written", "sentence"), CASES, ids=[sentence for _, sentence in CASES])
def test_a_statement_is_one_sentence(written, sentence):
    assert describe(parse_policy(document(written)).statements[0]) == sentence


def test_every_operator_is_described():
    from authz.language.operators import OPERATORS  # noqa: PLC0415 - only here

    values = {"numeric": 1, "date": "2026-01-01T00:00:00Z", "bool": True, "ip": "10.0.0.1", "null": "true"}
    for name in OPERATORS:
        value = values.get(name.partition("_")[0], "x")
        text = json.dumps({"version": "2.0", "statement": allow("im:*", condition={name: {"key": value}})})
        assert " if key is" in describe(parse_policy(text).statements[0])
