"""Policies that were parsed already: a reload that finds a text unchanged, in whatever file, need not read it again."""

from hashlib import blake2b
from weakref import WeakValueDictionary

from authz.language.document import PolicyDocument
from authz.language.parse import parse_policy

_DIGEST_BYTES = 16


class ParsedPolicies:
    """Documents by their text, for as long as some account holds them. Equal texts of several accounts share one."""

    def __init__(self) -> None:
        self._documents: WeakValueDictionary[bytes, PolicyDocument] = WeakValueDictionary()

    def parse(self, text: str, file: str) -> PolicyDocument:
        """The document of a text.

        Raises:
            InvalidPolicyError: as parse_policy does; a refusal is never remembered, since it names the file.
        """
        key = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()
        known = self._documents.get(key)
        if known is None:
            known = self._documents[key] = parse_policy(text, file=file)
        return known
