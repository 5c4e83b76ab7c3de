"""Encodes protobuf fields by hand where making a message object would cost more than the rest of a call.

Only what every answer contains is encoded so: strings, small numbers, and messages of them, in fields below 16.
`tests/wire/test_answers.py` compares the bytes with protobuf's.
"""


def varint(number: int) -> bytes:
    """Encode a number as protobuf does, seven bits to a byte."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


_TAGS = [bytes([number << 3 | 2]) for number in range(16)]  # of fields that start with a length
_LENGTHS = [varint(size) for size in range(2048)]  # most answers are shorter


def bytes_field(number: int, payload: bytes) -> bytes:
    """Encode an embedded message or bytes; also if empty, since an embedded message may be."""
    size = len(payload)
    return _TAGS[number] + (_LENGTHS[size] if size < 2048 else varint(size)) + payload


def text_field(number: int, text: str) -> bytes:
    """Encode a string; nothing if it is empty, as in proto3."""
    return bytes_field(number, text.encode()) if text else b""


def number_field(number: int, value: int) -> bytes:
    """Encode a bool or a number that is not negative; nothing for 0, as in proto3."""
    return b"%c%b" % (number << 3, varint(value)) if value else b""
