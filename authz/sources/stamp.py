"""What tells two states of a folder apart, without holding either."""

import os
from dataclasses import dataclass
from hashlib import blake2b

_DIGEST_BYTES = 16


def mark(status: os.stat_result) -> str:
    """What changes whenever a file is written or replaced, as far as its system's clock can tell moments apart."""
    return f"{status.st_size}/{status.st_mtime_ns}/{status.st_ctime_ns}/{status.st_ino}"


@dataclass(frozen=True, slots=True)
class Stamp:
    """Stands for all files of a place, in whatever order they are listed, without holding them."""

    files: int = 0
    digest: int = 0
    has_attachments: bool = False

    def plus(self, name: str, status: os.stat_result, *, is_main: bool) -> "Stamp":
        """With one file more, which is the account's main file or not."""
        digest = blake2b(os.fsencode(f"{name}/{mark(status)}"), digest_size=_DIGEST_BYTES).digest()
        total = (self.digest + int.from_bytes(digest)) % (1 << 8 * _DIGEST_BYTES)
        return Stamp(self.files + 1, total, self.has_attachments or is_main)
