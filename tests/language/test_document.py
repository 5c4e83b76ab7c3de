from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given

from authz.language.document import Effect
from authz.language.parse import parse_policy
from tests import strategies
from tests.builders import allow, document


@given(strategies.documents)
def test_equal_texts_make_equal_documents_that_can_be_keys(statements):
    text = document(*statements)
    assert {parse_policy(text): "first"}[parse_policy(text)] == "first"


def test_a_document_cannot_be_changed():
    parsed = parse_policy(document(allow("*")))
    with pytest.raises(FrozenInstanceError):
        parsed.statements[0].effect = Effect.DENY
