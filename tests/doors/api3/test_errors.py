"""The door's own refusals carry common codes of API 3.0."""

import pytest

from authz.doors.api3.errors import ApiError, invalid_value, signature_expired, signature_failure
from authz.errors import AuthzError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (signature_failure("m"), "AuthFailure.SignatureFailure"),
        (signature_expired("m"), "AuthFailure.SignatureExpire"),
        (ApiError("InvalidAction", "m"), "InvalidAction"),
    ],
)
def test_a_refusal_has_its_code_and_message(error, code):
    assert (error.code, str(error)) == (code, "m")
    assert isinstance(error, AuthzError)


def test_a_malformed_value_is_named_by_its_place_alone():
    error = invalid_value("Tags.0.Key", "a string")
    assert (error.code, str(error)) == ("InvalidParameterValue", "`Tags.0.Key` is malformed; expected a string")
