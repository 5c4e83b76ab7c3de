"""Signatures of the older forms HmacSHA1 and HmacSHA256, as pure functions.

They cover all parameters, with the action, version, region, token and nonce among them, but not the other headers.
"""

import base64
import hmac
from collections.abc import Iterable, Mapping
from types import MappingProxyType

DIGESTS: Mapping[str, str] = MappingProxyType({"HmacSHA1": "sha1", "HmacSHA256": "sha256"})
"""The digest for each value of SignatureMethod; the default is HmacSHA1."""
COMMON_PARAMETERS = frozenset(
    {
        "Action",
        "Version",
        "Timestamp",
        "Nonce",
        "SecretId",
        "Signature",
        "SignatureMethod",
        "Region",
        "Token",
        "Language",
        "RequestClient",
    }
)
"""The parameters that belong to the request, and not to the action."""


def string_to_sign(method: str, host: str, parameters: Iterable[tuple[str, str]]) -> str:
    """The text that is signed: `host` is the Host header as received, and values are decoded.

    An underscore in a name is signed as a dot, and names are sorted by their characters' codes.
    """
    named = sorted((name.replace("_", "."), value) for name, value in parameters if name != "Signature")
    return f"{method}{host}/?{'&'.join(f'{name}={value}' for name, value in named)}"


def signature(secret_key: str, text: str, method: str) -> str:
    """The signature of a string to sign; `method` is a key of DIGESTS."""
    digest = hmac.digest(secret_key.encode(), text.encode("utf-8", "surrogatepass"), DIGESTS[method])
    return base64.b64encode(digest).decode()


def is_signed(secret_key: str, text: str, method: str, given: str) -> bool:
    """Whether `given` is the signature, compared in constant time."""
    return hmac.compare_digest(signature(secret_key, text, method).encode(), given.encode("utf-8", "replace"))
