"""A peer's address is read from gRPC's notation."""

import pytest

from authz.enforcement.grpc_call import address_of


@pytest.mark.parametrize(
    ("peer", "expected"),
    [
        ("ipv4:10.0.0.1:5000", "10.0.0.1"),
        ("ipv6:[::1]:5000", "::1"),
        ("ipv6:%5B2001:db8::1%5D:5000", "2001:db8::1"),
        ("ipv6:[::ffff:10.0.0.1]:5000", "10.0.0.1"),
        ("ipv6:[fe80::1%25eth0]:5000", "fe80::1"),
        ("unix:", ""),
        ("unix:/run/a.sock", ""),
        ("", ""),
        ("ipv4:nonsense:1", ""),
    ],
)
def test_an_address_is_found_or_there_is_none(peer, expected):
    assert address_of(peer) == expected
