"""What is rendered parses to the same document again."""

import pytest

from authz.language.parse import parse_policy
from authz.language.render import render
from tests.builders import APP_1, allow, deny, document

DOCUMENTS = [
    document(allow("im:*", APP_1)),
    document(allow(["im:A", " name/SMS: B "], ["*", "qcs::im:::sdkappid/${uin}*"]), deny("*")),
    document(
        deny(
            "im:*",
            condition={"for_any_value:string_like_if_exist": {"qcs:resource_tag": ["a&*", "${qcs:principal_tag_key}"]}},
        )
    ),
    document(allow("im:*", condition={"numeric_less_than": {"a": 3, "b": 1.5}, "bool_equal": {"c": True}})),
]


@pytest.mark.parametrize("text", DOCUMENTS)
def test_rendering_loses_nothing(text):
    parsed = parse_policy(text)
    assert parse_policy(render(parsed)) == parsed
