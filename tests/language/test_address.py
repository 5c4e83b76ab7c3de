"""Addresses and blocks against the plainest possible reading: 128 bits each, compared one at a time."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from authz.engine.request import parse_request
from authz.errors import InvalidPolicyError, InvalidRequestError
from authz.language.address import parse_address, parse_network
from authz.language.operators import OPERATORS
from authz.language.parse import parse_policy
from tests.builders import ALICE, account, engine, policy

IM = "im:ModifyAppInfo"
APP = "qcs::im::uin/12345678:sdkappid/1400000001"
MAPPED = 0xFFFF << 32


def notations(number):
    """All the ways to write an address: an IPv4 address has three that are not IPv4's own."""
    groups = [number >> shift & 0xFFFF for shift in range(112, -1, -16)]
    yield ":".join(f"{group:x}" for group in groups)
    yield ":".join(f"{group:04X}" for group in groups)
    if number >> 32 == 0xFFFF:
        dotted = ".".join(str(number >> shift & 0xFF) for shift in (24, 16, 8, 0))
        yield dotted
        yield f"::ffff:{dotted}"
        yield f"0:0:0:0:0:FFFF:{dotted}"


def blocks(number, length):
    """All the ways to write the block of `length` bits around an address."""
    for text in notations(number):
        if ":" in text:
            yield f"{text}/{length}"
        elif length >= 96:
            yield f"{text}/{length - 96}"
    if length == 128:
        yield from notations(number)


ADDRESSES = st.one_of(
    st.integers(0, 2**32 - 1).map(lambda low: MAPPED | low), st.integers(0, 2**128 - 1), st.integers(0, 2**49)
)


@given(ADDRESSES, ADDRESSES, st.integers(0, 128), st.integers(0, 127) | st.none(), st.data())
@example(MAPPED | 0x0A010203, MAPPED, 0, None, None)
def test_an_address_is_in_a_block_just_when_their_first_bits_are_the_same(network, other, length, flipped, data):
    address = other if flipped is None else network ^ 1 << flipped  # mostly near: one bit differs
    expected = all(network >> 127 - at & 1 == address >> 127 - at & 1 for at in range(length))
    pick = (lambda texts: texts[0]) if data is None else lambda texts: data.draw(st.sampled_from(texts))
    block, asked = pick(list(blocks(network, length))), pick(list(notations(address)))
    equal, not_equal = OPERATORS["ip_equal"], OPERATORS["ip_not_equal"]
    assert equal.matches(equal.read_actual(asked), equal.read_expected(block)) is expected
    assert not_equal.matches(not_equal.read_actual(asked), not_equal.read_expected(block)) is expected


@given(ADDRESSES, st.integers(0, 128))
def test_the_example_of_a_block_is_inside_and_reads_as_itself(network, length):
    for text in blocks(network, length):
        block = parse_network(text)
        assert block.holds(parse_address(block.host))


@pytest.mark.parametrize("address", ["::ffff:203.0.113.7", "203.0.113.7", "::ffff:cb00:7107"])
@pytest.mark.parametrize(
    "network",
    ["::ffff:203.0.113.7", "203.0.113.7", "::ffff:203.0.113.0/120", "203.0.113.0/24", "::ffff:0:0/90", "::/0"],
)
def test_a_deny_of_an_address_applies_however_either_side_writes_it(network, address):
    deny = {"effect": "deny", "action": "*", "resource": "*", "condition": {"ip_equal": {"qcs:ip": network}}}
    own = account(own=[policy("p", {"effect": "allow", "action": "*", "resource": "*"}, deny)])
    decision = engine(own).decide(parse_request(ALICE, IM, APP, {"qcs:ip": (address,)}))
    assert decision.reason.name == "EXPLICIT_DENY"


NO_BLOCKS = [
    "10.1.2.3/0.0.0.0", "10.1.2.3/0.0.0.255", "10.1.2.3/255.0.0.0", "10.1.2.3/255.255.255.255", "10.1.2.3/08",
    "10.1.2.3/00", "10.1.2.3/+8", "10.1.2.3/-0", "10.1.2.3/ 8", "10.1.2.3 /8", "10.1.2.3/8/8", "10.1.2.3/", "/8",
    "10.1.2.3/8.0", "10.1.2.3/0x8", "10.1.2.3/1_0", "10.1.2.3/\u0668", "10.1.2.3/\uff18", "10.1.2.3/33", "::1/129",
    "::1/ffff::", "::1/0128", "fe80::1%eth0/64", "fe80::1/64%eth0", "\uff11\uff10.1.2.3", "10.1.2",
]  # fmt: skip
NO_ADDRESSES = [
    "010.1.2.3", "10.1.2.03", "10.1.2", "167838211", "0x0a010203", "10.1.2.3.", "10.1. 2.3", "\u0661.1.2.3",
    "::ffff:010.1.2.3", "fe80::1%eth0", "::1%", "fe80::1%25", "[::1]", "::1::", "::00001", "10.1.2.3:80", "",
]  # fmt: skip


@pytest.mark.parametrize("text", [*NO_BLOCKS, *NO_ADDRESSES])
def test_a_policy_knows_addresses_and_prefix_lengths_alone(text):
    with pytest.raises(InvalidPolicyError) as refused:
        parse_policy(_document(text))
    assert [problem.code for problem in refused.value.problems] == ["InvalidParameter.ConditionContentError"]
    assert "is not" in refused.value.problems[0].message


@pytest.mark.parametrize("text", ["10.1.2.3/8", "::1/128", *NO_BLOCKS, *NO_ADDRESSES])
def test_a_request_comes_from_one_address(text):
    with pytest.raises(InvalidRequestError, match=r"context: qcs:ip: .* is not an IP address"):
        parse_request(ALICE, IM, APP, {"qcs:ip": (text,)})


@pytest.mark.parametrize("text", ["10.0.0.0/0", "10.0.0.0/32", "::/0", "::1/128", " 10.0.0.0/8 "])
def test_plain_prefix_lengths_are_taken(text):
    parse_policy(_document(text))


def _document(network):
    statement = {"effect": "allow", "action": "*", "resource": "*", "condition": {"ip_equal": {"qcs:ip": network}}}
    return json.dumps({"version": "2.0", "statement": statement})
