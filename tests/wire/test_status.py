from base64 import b64encode
from urllib.parse import quote

import pytest
from google.rpc import code_pb2, error_details_pb2, status_pb2

from authz import errors
from authz.errors import AuthzError, InvalidRequestError, NotReadyError
from authz.pdp.required_revision import RevisionAheadError
from authz.wire.status import CODES, status_of

NEVER_ON_THE_WIRE = {
    errors.CertificateError,
    errors.InvalidPolicyError,
    errors.InvalidAccountError,
    errors.SourceError,
    errors.ListenError,
    errors.MalformedTextError,
    errors.ConfigurationError,
    errors.ControlError,
}
"""Nor are the errors of clients and of backends, who are at the other end of the wire."""

ROADS = ("authz.errors", "authz.pdp", "authz.server", "authz.wire", "authz.engine", "authz.sources")
"""The rooms whose errors a call may meet; what others define, such as the control plane, is never asked by one."""


def classes(kind):
    for sub in kind.__subclasses__():
        if sub.__module__.startswith(ROADS):
            yield sub
        yield from classes(sub)


@pytest.mark.parametrize("kind", sorted(set(classes(AuthzError)), key=lambda kind: kind.__name__))
def test_every_error_has_a_status_on_purpose_or_never_reaches_a_caller(kind):
    has_status = any(base in CODES for base in kind.__mro__ if base is not AuthzError)
    assert has_status or kind in NEVER_ON_THE_WIRE or issubclass(kind, errors.ClientError | errors.EnforcementError)


def test_an_unknown_error_is_a_fault_of_the_server():
    assert status_of(AuthzError("bug")).code == code_pb2.INTERNAL


@pytest.mark.parametrize("error", [NotReadyError("x"), RevisionAheadError(2, 1)])
def test_what_may_pass_is_unavailable(error):
    assert status_of(error).code == code_pb2.UNAVAILABLE


def test_a_malformed_field_is_named_in_the_details():
    status = status_of(InvalidRequestError("action", "no good"))
    details = status_pb2.Status.FromString(status.details)
    violations = error_details_pb2.BadRequest()
    assert details.details[0].Unpack(violations)
    assert (details.code, violations.field_violations[0].field) == (code_pb2.INVALID_ARGUMENT, "action")
    assert status.message == "action: no good"


def test_a_status_that_quotes_much_still_fits_into_what_clients_take():
    status = status_of(InvalidRequestError("resource", "\U0001f512\n" * 100_000))
    assert status.message.endswith("…")
    assert len(quote(status.message)) + len(b64encode(status.details)) < 8000
    assert status_of(AuthzError("x" * 301)).message == "x" * 299 + "…"
    assert status_of(AuthzError("x" * 300)).message == "x" * 300
