"""The Huffman code of RFC 7541, 5.2, decoded a byte at a time."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from authz.http2.errors import undecodable

_Row: TypeAlias = "list[tuple[bytes, _Row, int] | None]"  # of a state, by byte: the symbols, and the next state

# Symbols by the bits of their codes, in the order of the codes. Each code is the one before it plus one, padded with
# zeros where codes become longer, so that the table of RFC 7541, Appendix B, follows.
_SYMBOLS: Mapping[int, bytes] = {
    5: b"012aceiost",
    6: b" %-./3456789=A_bdfghlmnpru",
    7: b":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz",
    8: b"&*,;XZ",
    10: b'!"()?',
    11: b"'+|",
    12: b"#>",
    13: b"\x00$@[]~",
    14: b"^}",
    15: b"<`{",
    19: b"\\\xc3\xd0",
    20: bytes.fromhex("808283a2b8c2e0e2"),
    21: bytes.fromhex("99a1a7acb0b1b3d1d8d9e3e5e6"),
    22: bytes.fromhex("8184858688929a9ca0a3a4a9aaadb2b5b9babbbdbec4c6e4e8e9"),
    23: bytes.fromhex("0187898a8b8c8d8f93959697989b9d9ea5a6a8aeafb4b6b7bcbfc5e7ef"),
    24: bytes.fromhex("098e9091949fabced7e1eced"),
    25: bytes.fromhex("c7cfeaeb"),
    26: bytes.fromhex("c0c1c8c9cacdd2d5dadbeef0f2f3ff"),
    27: bytes.fromhex("cbccd3d4d6dddedff1f4f5f6f7f8fafbfcfdfe"),
    28: bytes.fromhex("020304050607080b0c0e0f1011121314151718191a1b1c1d1e1f7fdcf9"),
    30: bytes.fromhex("0a0d16"),
}
_START = 1  # a state is a one, followed by the bits of an incomplete symbol
_END_OF_STRING = (1 << 31) - 1  # thirty ones, which must not occur
_PADDED = frozenset((1 << bits + 1) - 1 for bits in range(8))  # a string ends with at most seven ones


def _codes() -> Iterator[tuple[int, int]]:
    """All codes as states, each with its symbol."""
    code = length = 0
    for bits, symbols in _SYMBOLS.items():
        code <<= bits - length
        length = bits
        for symbol in symbols:
            yield code | 1 << bits, symbol
            code += 1


_CODES = dict(_codes())
_ROWS: dict[int, _Row] = {_START: [None] * 256}  # filled on demand, 256 x 256 at most


def _step(state: int, byte: int) -> "tuple[bytes, _Row, int]":
    at, found = state, bytearray()
    for shift in range(7, -1, -1):
        at = at << 1 | byte >> shift & 1
        if at == _END_OF_STRING:
            raise undecodable("a Huffman string is broken")
        symbol = _CODES.get(at)
        if symbol is not None:
            found.append(symbol)
            at = _START
    step = _ROWS[state][byte] = bytes(found), _ROWS.setdefault(at, [None] * 256), at
    return step


def decode(data: bytes) -> bytes:
    """Decode a string.

    Raises:
        ConnectionFaultError: if it contains EOS or has invalid padding.
    """
    row, state, found = _ROWS[_START], _START, []
    for byte in data:
        text, row, state = row[byte] or _step(state, byte)
        found.append(text)
    if state not in _PADDED:
        raise undecodable("a Huffman string is broken")
    return b"".join(found)
