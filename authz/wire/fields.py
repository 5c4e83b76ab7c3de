"""Fields of protobuf messages written by hand, where making a message object would cost more than the rest of a call.

Only what stands in every answer is written so: field numbers below 16, texts, small numbers, and messages made of them.
"""


def varint(number: int) -> bytes:
    """A number as protobuf packs it, seven bits to a byte."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


_TAGS = [bytes([number << 3 | 2]) for number in range(16)]  # of fields that say their length
_LENGTHS = [varint(size) for size in range(2048)]  # what answers are about as long as


def bytes_field(number: int, payload: bytes) -> bytes:
    """An embedded message, or bytes; written even when empty, since an embedded message may be."""
    size = len(payload)
    return _TAGS[number] + (_LENGTHS[size] if size < 2048 else varint(size)) + payload


def text_field(number: int, text: str) -> bytes:
    """A string; nothing when empty, as proto3 has it."""
    return bytes_field(number, text.encode()) if text else b""


def number_field(number: int, value: int) -> bytes:
    """A number that is not negative, or a bool; nothing for 0, as proto3 has it."""
    return b"%c%b" % (number << 3, varint(value)) if value else b""
