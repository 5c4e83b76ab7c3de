"""Every published policy is accepted, or refused with the code that its fault deserves; none crashes anything."""

from collections import Counter

import pytest

from authz.errors import InvalidPolicyError, Severity
from authz.language.document import PolicyKind
from authz.language.parse import parse_policy
from authz.lint.account import lint_policy
from tests.cases import published

INDEX = published.index()
IDENTITY = [row["file"] for row in INDEX if (row["kind"], row["valid_json"]) == ("identity", "y")]


def code(file, kind=PolicyKind.IDENTITY):
    """The first fault of a policy, None where it has none."""
    try:
        parse_policy(published.text_of(file), kind)
    except InvalidPolicyError as error:
        return error.problems[0].code.removeprefix("InvalidParameter.")
    return None


@pytest.mark.parametrize("kind", list(PolicyKind))
@pytest.mark.parametrize("row", INDEX, ids=lambda row: row["file"])
def test_no_published_policy_crashes_the_parser(row, kind):
    code(row["file"], kind)


@pytest.mark.skipif(not INDEX, reason="the published policies are not beside this checkout")
def test_json_that_is_broken_is_refused_as_a_document():
    broken = [row["file"] for row in INDEX if row["valid_json"] == "n"]
    assert {code(file) for file in broken} == {"PolicyDocumentError"}


PLACEHOLDERS = [
    "002", "163", "169", "190", "242", "536", "539", "540", "576", "588", "601", "613", "623", "653", "659", "661",
    "662", "663", "664", "665",
]  # fmt: skip
"""Policies whose account segment holds an editor's placeholder (`$account`, `uin/xxxxxx`), which nobody owns."""
REFUSED = {f"{number}.json": "ResourceUinError" for number in PLACEHOLDERS}
REFUSED["023.json"] = "PolicyDocumentError"  # the answer of an API around a policy, not a policy


@pytest.mark.parametrize("file", IDENTITY)
def test_an_identity_policy_is_accepted_or_refused_with_the_code_that_its_fault_deserves(file):
    assert code(file) == REFUSED.get(file)


@pytest.mark.skipif(not INDEX, reason="the published policies are not beside this checkout")
def test_most_published_identity_policies_are_accepted():
    assert Counter(code(file) for file in IDENTITY) == {None: 124, "ResourceUinError": 20, "PolicyDocumentError": 1}


@pytest.mark.skipif(not INDEX, reason="the published policies are not beside this checkout")
def test_the_lint_warns_of_published_policies_only_where_they_are_at_fault():
    kinds = {"trust": PolicyKind.TRUST}
    found = [
        (row["file"], problem.code)
        for row in INDEX
        for problem in lint_policy(published.text_of(row["file"]), kinds.get(row["kind"], PolicyKind.IDENTITY))
        if problem.severity is Severity.WARNING
    ]
    assert found == [
        ("008.json", "Lint.StrayBlanks"),  # cam-language 9, 15
        ("021.json", "Lint.OperatorType"),  # cam-language 9, 20: `string_equal` on `qcs:ip`
        ("137.json", "Lint.StrayBlanks"),  # cam-language 1.3
        ("137.json", "Lint.InnerBlanks"),
        ("186.json", "Lint.StrayBlanks"),
    ]
