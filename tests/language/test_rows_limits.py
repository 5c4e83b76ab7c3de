"""Rows of the manual on limits that a document can break (cam-language 1.5)."""

from authz.language.parse import parse_policy
from tests.builders import allow, document


def test_statements_and_lists_are_bounded_by_the_length_of_the_document_alone():
    # cam-language 1.5: statements per policy, list lengths
    assert len(parse_policy(document(*[allow("im:*")] * 100)).statements) == 100
    (statement,) = parse_policy(document(allow([f"im:A{number}" for number in range(500)]))).statements
    assert len(statement.actions) == 500
