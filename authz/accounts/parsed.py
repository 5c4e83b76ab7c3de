"""Remembers parsed policies, so that a reload does not parse an unchanged text again, even from another file."""

from hashlib import blake2b
from weakref import WeakValueDictionary

from authz.language.document import PolicyDocument
from authz.language.parse import parse_policy

_DIGEST_BYTES = 16


class ParsedPolicies:
    """Documents by their text, kept as long as an account uses them; equal texts share one document."""

    def __init__(self) -> None:
        self._documents: WeakValueDictionary[bytes, PolicyDocument] = WeakValueDictionary()

    def parse(self, text: str, file: str) -> PolicyDocument:
        """Parse a text, or return its document.

        Raises:
            InvalidPolicyError: as parse_policy does; errors are not remembered, since they name the file.
        """
        key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()
        known = self._documents.get(key)
        if known is None:
            known = self._documents[key] = parse_policy(text, file=file)
        return known
