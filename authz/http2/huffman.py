"""The Huffman code of RFC 7541, 5.2, decoded a byte at a time."""

from hpack.huffman_constants import REQUEST_CODES, REQUEST_CODES_LENGTH

from authz.http2.errors import ConnectionFaultError, ErrorCode

_EOS = 256


def _tree() -> list[list[int]]:
    """Nodes of two branches each; a branch is another node's place, or a symbol as its complement."""
    nodes = [[0, 0]]
    for symbol, (code, length) in enumerate(zip(REQUEST_CODES, REQUEST_CODES_LENGTH, strict=True)):
        at = 0
        for shift in range(length - 1, 0, -1):
            bit = code >> shift & 1
            if nodes[at][bit] == 0:
                nodes.append([0, 0])
                nodes[at][bit] = len(nodes) - 1
            at = nodes[at][bit]
        nodes[at][code & 1] = ~symbol
    return nodes


def _padding() -> frozenset[int]:
    """Where a string may end: after at most seven ones, the start of EOS."""
    places, at = {0}, 0
    for _ in range(7):
        at = _NODES[at][1]
        places.add(at)
    return frozenset(places)


class _Row(dict[int, tuple[bytes, "_Row"]]):
    """What each byte brings after a node, and the row of where it leads; filled as bytes are met, 256 x 256 at most."""

    def __init__(self, node: int) -> None:
        super().__init__()
        self.node = node

    def __missing__(self, byte: int) -> "tuple[bytes, _Row]":
        at, found = self.node, bytearray()
        for shift in range(7, -1, -1):
            at = _NODES[at][byte >> shift & 1]
            if at < 0:
                if ~at == _EOS:
                    raise _broken()
                found.append(~at)
                at = 0
        step = self[byte] = bytes(found), _ROWS[at]
        return step


_NODES = _tree()
_ROWS = [_Row(node) for node in range(len(_NODES))]
_ENDS = _padding()


def decode(data: bytes) -> bytes:
    """The string that was encoded.

    Raises:
        ConnectionFaultError: if it contains EOS or its padding is none.
    """
    row, found = _ROWS[0], []
    for byte in data:
        text, row = row[byte]
        found.append(text)
    if row.node not in _ENDS:
        raise _broken()
    return b"".join(found)


def _broken() -> ConnectionFaultError:
    return ConnectionFaultError(ErrorCode.COMPRESSION_ERROR, "compression", "a Huffman string is broken")
