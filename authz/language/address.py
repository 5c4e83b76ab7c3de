"""IP addresses and CIDR blocks as numbers of the one IPv6 space, in which IPv4 is `::ffff:0:0/96` (RFC 4291, 2.5.5.2).

So `10.0.0.1` and `::ffff:10.0.0.1` are the same address wherever they are written, and `::ffff:10.0.0.0/120` is the
block `10.0.0.0/24`. A wider block holds the IPv4 addresses that its bits say: `::ffff:0:0/90` and `::/0` hold them all.
"""

import ipaddress
import re
from dataclasses import dataclass

_BLOCK = re.compile(r"([^/]*)/(0|[1-9][0-9]{0,2})")
_BITS = 128
_IPV4_BITS = 32
_IPV4_SPACE = 0xFFFF << _IPV4_BITS
_SHOWN = 80  # characters of a text that is refused


@dataclass(frozen=True, slots=True)
class Network:
    """The addresses from `first` to `last`, both inside."""

    first: int
    last: int

    def holds(self, address: int) -> bool:
        """Whether an address is one of them."""
        return self.first <= address <= self.last

    @property
    def host(self) -> str:
        """One of them that a machine can have, as a text: the second of three and more."""
        return _text(self.first + (self.last - self.first > 1))


def parse_address(text: str) -> int:
    """One address. A zone (`fe80::1%eth0`) is not part of any address that CAM knows.

    Raises:
        ValueError: for anything else.
    """
    bare = text.strip()
    if "%" in bare:
        raise ValueError(f"`{text[:_SHOWN]}` is not an IP address; leave out the zone, which begins with `%`")
    try:
        return _number(bare)[0]
    except ValueError:
        raise ValueError(f"`{text[:_SHOWN]}` is not an IP address") from None


def parse_network(text: str) -> Network:
    """An address, or a CIDR block with a plain prefix length (598/10608).

    Host bits may be set: `10.217.182.3/24` is `10.217.182.0/24`. Netmasks are refused: `10.1.2.3/0.0.0.0` must not
    come to mean every address.

    Raises:
        ValueError: for anything else.
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
        raise ValueError(f"`{text[:_SHOWN]}` is not a CIDR block: after the `/` belongs a plain number of bits")
    try:
        address, bits = _number(match[1])
    except ValueError:
        raise ValueError(f"`{text[:_SHOWN]}` is not a CIDR block: before the `/` belongs an IP address") from None
    free = bits - int(match[2])
    if free < 0:
        raise ValueError(f"`{text[:_SHOWN]}` is not a CIDR block: the address has no more than {bits} bits")
    first = address >> free << free
    return Network(first, first + (1 << free) - 1)


def _number(text: str) -> tuple[int, int]:
    """The address, and how many bits it has in the notation that it is written in."""
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
