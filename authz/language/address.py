"""IP addresses and CIDR blocks as numbers of the IPv6 space; IPv4 is mapped to `::ffff:0:0/96` (RFC 4291, 2.5.5.2).

`10.0.0.1` and `::ffff:10.0.0.1` are therefore the same address, and `::ffff:10.0.0.0/120` is the
block `10.0.0.0/24`. A wider block contains the IPv4 addresses that match its prefix: `::ffff:0:0/90` and `::/0`
contain all of them.
"""

import ipaddress
import re
from dataclasses import dataclass

_BLOCK = re.compile(r"([^/]*)/(0|[1-9][0-9]{0,2})")
_BITS = 128
_IPV4_BITS = 32
_IPV4_SPACE = 0xFFFF << _IPV4_BITS
_SHOWN = 80  # characters of a rejected value that a message shows


@dataclass(frozen=True, slots=True)
class Network:
    """The addresses from `first` to `last`, both included."""

    first: int
    last: int

    def holds(self, address: int) -> bool:
        """Whether the network contains the address."""
        return self.first <= address <= self.last

    @property
    def host(self) -> str:
        """An address of the network that a host can have: the second one if there are at least three."""
        return _text(self.first + (self.last - self.first > 1))


def parse_address(text: str) -> int:
    """Parse one address. Zones (`fe80::1%eth0`) are rejected, since CAM has none.

    Raises:
        ValueError: if `text` is not an address.
    """
    bare = text.strip()
    if "%" in bare:
        raise ValueError(f"`{text[:_SHOWN]}` is not an IP address: remove the zone, which begins with `%`")
    try:
        return _number(bare)[0]
    except ValueError:
        raise ValueError(f"`{text[:_SHOWN]}` is not an IP address") from None


def parse_network(text: str) -> Network:
    """Parse an address, or a CIDR block with a prefix length in bits (598/10608).

    Host bits may be set: `10.217.182.3/24` is `10.217.182.0/24`. Netmasks are rejected, so that `10.1.2.3/0.0.0.0`
    cannot mean every address.

    Raises:
        ValueError: if `text` is neither.
    """
    bare = text.strip()
    if "/" not in bare:
        try:
            address = parse_address(bare)
        except ValueError as error:
            raise ValueError(f"{error} or CIDR block") from None
        return Network(address, address)
    match = _BLOCK.fullmatch(bare)
    if match is None:
        raise ValueError(f"`{text[:_SHOWN]}` is not a CIDR block: expected a number of bits after the `/`")
    try:
        address, bits = _number(match[1])
    except ValueError:
        raise ValueError(f"`{text[:_SHOWN]}` is not a CIDR block: expected an IP address before the `/`") from None
    free = bits - int(match[2])
    if free < 0:
        raise ValueError(f"`{text[:_SHOWN]}` is not a CIDR block: the prefix length is at most {bits}")
    first = address >> free << free
    return Network(first, first + (1 << free) - 1)


def _number(text: str) -> tuple[int, int]:
    """The address, and the number of bits of the notation in which it is written."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            raise ValueError(text)
        return int(address), _BITS
    return _IPV4_SPACE | int(address), _IPV4_BITS


def _text(number: int) -> str:
    if number >> _IPV4_BITS == _IPV4_SPACE >> _IPV4_BITS:
        return str(ipaddress.IPv4Address(number & ~_IPV4_SPACE))
    return str(ipaddress.IPv6Address(number))
