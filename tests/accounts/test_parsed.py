import gc

import pytest

from authz.accounts.parsed import ParsedPolicies
from authz.errors import InvalidPolicyError
from tests.sources.folders import GRANT

BROKEN = GRANT.replace("allow", "perhaps")


def test_a_text_that_an_account_uses_is_parsed_once_whatever_file_it_is_in():
    known = ParsedPolicies()
    document = known.parse(GRANT, "a.json")
    assert known.parse(GRANT, "b.json") is document


def test_another_text_is_another_document():
    known = ParsedPolicies()
    assert known.parse(GRANT, "a.json") is not known.parse(GRANT + " ", "a.json")


def test_a_document_that_no_account_uses_is_forgotten():
    known = ParsedPolicies()
    known.parse(GRANT, "a.json")
    gc.collect()
    assert len(known._documents) == 0


def test_a_refusal_names_the_file_of_each_time():
    known = ParsedPolicies()
    for file in ("a.json", "b.json"):
        with pytest.raises(InvalidPolicyError) as refusal:
            known.parse(BROKEN, file)
        assert {problem.file for problem in refusal.value.problems} == {file}
