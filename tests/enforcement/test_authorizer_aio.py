"""A call is decided within its own deadline or the caller's, whichever is nearer."""

import asyncio

import pytest

from authz.client import AsyncClient
from authz.enforcement import CallRefusedError
from authz.enforcement.authorizer_aio import AsyncAuthorizer
from authz.enforcement.grpc_call import GrpcCall
from authz.enforcement.rules import PermissionRule
from authz.enforcement.template import parse_resource_template
from tests.sidecar import user
from tests.waiting import BRIEF, FOREVER

NOBODY = "127.0.0.1:1"
SEND = (PermissionRule("sms:SendSms", parse_resource_template("*").bind(str), ()),)
CALL = GrpcCall("/test.Backend/One", None, None)


def refused(authorizer_options, rule=SEND, left=None, principal=lambda _call: user()):
    async def ask():
        async with AsyncClient(NOBODY, timeout=FOREVER) as client:
            await AsyncAuthorizer(client, principal, *authorizer_options).authorize(rule, CALL, left)

    with pytest.raises(CallRefusedError) as refusal:
        asyncio.run(ask())
    return refusal.value.kind.name


@pytest.mark.parametrize(("timeout", "left"), [(BRIEF, None), (BRIEF, FOREVER), (FOREVER, BRIEF), (FOREVER, 0.0)])
def test_the_nearer_deadline_counts(timeout, left):
    assert refused([timeout], left=left) == "UNAVAILABLE"


def test_a_principal_that_takes_too_long_to_find_is_no_reason_to_wait():
    async def principal(_call):
        await asyncio.Event().wait()

    assert refused([BRIEF], principal=principal) == "UNAVAILABLE"


def test_what_no_mapping_names_is_refused_without_asking():
    assert refused([FOREVER], rule=None) == "NOT_MAPPED"


def test_a_timeout_is_above_0():
    with pytest.raises(ValueError, match="timeout"):
        AsyncAuthorizer(AsyncClient(NOBODY), lambda _call: user(), 0)
