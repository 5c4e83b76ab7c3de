"""A call is decided within its own deadline or the caller's, whichever is nearer."""

import asyncio
import time

import pytest

from authz.client import AsyncClient
from authz.client.delegation import CallRefusedError
from authz.client.delegation.authorizer_aio import AsyncAuthorizer
from authz.client.delegation.grpc_call import GrpcCall
from authz.client.delegation.rules import PermissionRule
from authz.client.delegation.template import parse_resource_template
from tests.sidecar import user
from tests.waiting import DEADLINE

NOBODY = "127.0.0.1:1"
SEND = (PermissionRule("sms:SendSms", parse_resource_template("*").bind(str), ()),)
CALL = GrpcCall("/test.Backend/One", None, None)


def refused(authorizer_options, rule=SEND, left=None, principal=lambda _call: user()):
    async def ask():
        async with AsyncClient(NOBODY, timeout=DEADLINE) as client:
            await AsyncAuthorizer(client, principal, *authorizer_options).authorize(rule, CALL, left)

    start = time.monotonic()
    with pytest.raises(CallRefusedError) as refusal:
        asyncio.run(ask())
    return refusal.value.kind.name, time.monotonic() - start


@pytest.mark.parametrize(("timeout", "left"), [(0.2, None), (0.2, 30), (30, 0.2), (30, 0.0)])
def test_the_nearer_deadline_counts(timeout, left):
    kind, seconds = refused([timeout], left=left)
    assert kind == "UNAVAILABLE"
    assert seconds < 2


def test_a_principal_that_takes_too_long_to_find_is_no_reason_to_wait():
    async def principal(_call):
        await asyncio.sleep(60)

    assert refused([0.2], principal=principal)[0] == "UNAVAILABLE"


def test_what_no_mapping_names_is_refused_without_asking():
    assert refused([30], rule=None)[0] == "NOT_MAPPED"


def test_a_timeout_is_above_0():
    with pytest.raises(ValueError, match="timeout"):
        AsyncAuthorizer(AsyncClient(NOBODY), lambda _call: user(), 0)
