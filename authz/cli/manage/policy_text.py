"""Reads the text of a policy from a file or from standard input."""

import sys
from pathlib import Path

from authz.errors import SourceError


def policy_text(file: str) -> str:
    """The text of a file, - for standard input.

    Raises:
        SourceError: if it cannot be read.
    """
    try:
        if file == "-":
            return sys.stdin.read()
        return Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise SourceError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise SourceError(f"{file} is not UTF-8") from None
