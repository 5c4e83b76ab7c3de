"""On threads too, a call is decided within its own deadline or the caller's, whichever is nearer."""

import pytest

from authz.client import Client
from authz.enforcement import CallRefusedError
from authz.enforcement.authorizer_blocking import Authorizer
from authz.enforcement.grpc_call import GrpcCall
from authz.enforcement.rules import PermissionRule
from authz.enforcement.template import parse_resource_template
from tests.sidecar import user
from tests.waiting import BRIEF, FOREVER

NOBODY = "127.0.0.1:1"
SEND = (PermissionRule("sms:SendSms", parse_resource_template("*").bind(str), ()),)
CALL = GrpcCall("/test.Backend/One", None, None)


def refused(authorizer_options, rule=SEND, left=None, principal=lambda _call: user()):
    with Client(NOBODY, timeout=FOREVER) as client, pytest.raises(CallRefusedError) as refusal:
        Authorizer(client, principal, *authorizer_options).authorize(rule, CALL, left)
    return refusal.value.kind.name


@pytest.mark.parametrize(("timeout", "left"), [(BRIEF, None), (BRIEF, FOREVER), (FOREVER, BRIEF), (FOREVER, 0.0)])
def test_the_nearer_deadline_counts(timeout, left):
    assert refused([timeout], left=left) == "UNAVAILABLE"


def test_what_no_mapping_names_is_refused_without_asking():
    assert refused([FOREVER], rule=None) == "NOT_MAPPED"


def test_a_timeout_is_above_0():
    with pytest.raises(ValueError, match="timeout"):
        Authorizer(Client(NOBODY), lambda _call: user(), 0)
