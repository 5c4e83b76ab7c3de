"""The Huffman code of RFC 7541, 5.2, decoded a byte at a time."""

from typing import TypeAlias

from hpack.huffman_table import HUFFMAN_COMPLETE, HUFFMAN_EMIT_SYMBOL, HUFFMAN_FAIL, HUFFMAN_TABLE

from authz.http2.errors import undecodable

_Row: TypeAlias = "list[tuple[bytes, _Row, int] | None]"  # what bytes bring after a state, and which state follows

_ROWS: dict[int, _Row] = {0: [None] * 256}  # filled as bytes are met, 256 x 256 at most
_ENDS = {0} | {state for state, flags, _ in HUFFMAN_TABLE if flags & HUFFMAN_COMPLETE}  # before seven ones at most


def _step(state: int, byte: int) -> "tuple[bytes, _Row, int]":
    at, found = state, bytearray()
    for nibble in divmod(byte, 16):
        at, flags, symbol = HUFFMAN_TABLE[at * 16 + nibble]
        if flags & HUFFMAN_FAIL:
            raise undecodable("a Huffman string is broken")
        if flags & HUFFMAN_EMIT_SYMBOL:
            found.append(symbol)
    step = _ROWS[state][byte] = bytes(found), _ROWS.setdefault(at, [None] * 256), at
    return step


def decode(data: bytes) -> bytes:
    """The string that was encoded.

    Raises:
        ConnectionFaultError: if it contains EOS or its padding is none.
    """
    row, state, found = _ROWS[0], 0, []
    for byte in data:
        text, row, state = row[byte] or _step(state, byte)
        found.append(text)
    if state not in _ENDS:
        raise undecodable("a Huffman string is broken")
    return b"".join(found)
