"""Sources of values in a call: headers, the peer's address or certificate, fields of the request."""

import inspect
import re
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from authz.context import read_values
from authz.enforcement.call import IncomingCall
from authz.enforcement.refusals import invalid_request, unauthenticated

_PRINCIPAL = re.compile(r"qcs::cam::uin/[1-9][0-9]*:(?:uin/[1-9][0-9]*|root|roleName/[^\s:/*]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Header:
    """A metadata key or HTTP header. Clients can forge it: use it only behind a gateway that sets it."""

    name: str

    def one(self, call: IncomingCall) -> str:
        """The value; empty if there is none, or several, which would be ambiguous."""
        values = call.header(self.name.lower())
        return values[0] if len(values) == 1 else ""


@dataclass(frozen=True, slots=True)
class PeerAddress:
    """The IP address from which the call came."""

    def one(self, call: IncomingCall) -> str:
        """The address; empty if there is none."""
        return call.address()


@dataclass(frozen=True, slots=True)
class RequestField:
    """A field of the request message by its path (`tags`, `app.id`); a repeated one gives several values.

    `app.id:int` accepts numbers in canonical form only, `app.id:uuid` UUIDs in lower case with dashes only.
    """

    path: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """The verified client certificate (mTLS): one of its names is a principal, or `names` maps it to one."""

    names: Mapping[str, str] = field(default_factory=dict)

    def one(self, call: IncomingCall) -> str:
        """The principal; empty if the certificate names none, or more than one."""
        found = {self.names.get(name, name) for name in call.identities()}
        found = {name for name in found if _PRINCIPAL.fullmatch(name)}
        return found.pop() if len(found) == 1 else ""


Text = str | Collection[str] | None
PrincipalSource = Header | Certificate | Callable[[IncomingCall], str | Awaitable[str | None] | None]
"""The principal of a call. A callable returns it, or None if there is none; it may be async on asyncio servers."""

ContextSource = Header | PeerAddress | RequestField | Callable[[IncomingCall], Text]
"""The values of a condition key. A call without a value is rejected; a callable returns None to omit the key."""

Reader = Callable[[Any], tuple[str, ...]]
"""Reads the values of one field of a message."""


def find_principal(source: PrincipalSource, call: IncomingCall) -> str | Awaitable[str | None] | None:
    """The principal from the source, possibly awaitable; pass it to `checked_principal`."""
    return source.one(call) if isinstance(source, Header | Certificate) else source(call)


def checked_principal(principal: str | None) -> str:
    """The principal, validated.

    Raises:
        CallRefusedError: if there is none, or it is not a CAM principal.
    """
    if not principal:
        raise unauthenticated("the call has no principal; expected a CAM principal of the caller")
    if not _PRINCIPAL.fullmatch(principal):
        raise unauthenticated("caller is not a valid CAM principal")
    return principal


def is_asynchronous(source: PrincipalSource) -> bool:
    """Whether the source needs an event loop."""
    return inspect.iscoroutinefunction(source) or inspect.iscoroutinefunction(type(source).__call__)


@dataclass(frozen=True, slots=True)
class ContextKey:
    """One condition key with its source; `reader` reads a field of the request."""

    name: str
    source: ContextSource
    reader: Reader | None = None

    def values(self, call: IncomingCall) -> tuple[str, ...] | None:
        """The values; None if a callable omits the key.

        Raises:
            CallRefusedError: if the call has no value: without the key, a deny statement might not match.
            TypeError: if a callable returns a value that is not a string.
        """
        if self.reader is not None:
            found = self.reader(call.message)
        elif isinstance(self.source, Header | PeerAddress):
            one = self.source.one(call)
            found = (one,) if one else ()
        elif not isinstance(self.source, RequestField):
            given = self.source(call)
            if given is None:
                return None
            found = read_values(self.name, given)
        else:
            raise TypeError(f"`{self.source.path}` is not bound to a message")
        if not found or not all(found):
            raise invalid_request(f"the call has no value for the condition key `{self.name}`")
        return found
