"""Where a value of a call comes from: a header, the peer's address or certificate, a field of the request."""

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
    """A metadata key or HTTP header. Whoever can reach the backend can set it: only behind a gateway that does."""

    name: str

    def one(self, call: IncomingCall) -> str:
        """Its only value, empty for none; several are no answer to who or where the caller is, so they are none."""
        values = call.header(self.name.lower())
        return values[0] if len(values) == 1 else ""


@dataclass(frozen=True, slots=True)
class PeerAddress:
    """The IP address from which the call came."""

    def one(self, call: IncomingCall) -> str:
        """The address, empty where there is none."""
        return call.address()


@dataclass(frozen=True, slots=True)
class RequestField:
    """A field of the request message by its path (`tags`, `app.id`); a repeated one gives several values.

    `app.id:int` takes numbers in their canonical form alone, `app.id:uuid` UUIDs in lower case with their dashes.
    """

    path: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """The verified client certificate (mTLS): the principal that one of its names is, or that `names` has for it."""

    names: Mapping[str, str] = field(default_factory=dict)

    def one(self, call: IncomingCall) -> str:
        """The principal, empty for none; a certificate that names two principals names nobody."""
        found = {self.names.get(name, name) for name in call.identities()}
        found = {name for name in found if _PRINCIPAL.fullmatch(name)}
        return found.pop() if len(found) == 1 else ""


Text = str | Collection[str] | None
PrincipalSource = Header | Certificate | Callable[[IncomingCall], str | Awaitable[str | None] | None]
"""Who calls. A callable gives the principal, or None for nobody; it may be asynchronous on asyncio servers."""

ContextSource = Header | PeerAddress | RequestField | Callable[[IncomingCall], Text]
"""A condition key's values. A call without the declared value is refused; a callable may leave the key out by None."""

Reader = Callable[[Any], tuple[str, ...]]
"""Takes the values of one field out of a message; an absent one has none."""


def find_principal(source: PrincipalSource, call: IncomingCall) -> str | Awaitable[str | None] | None:
    """What the source says, to be passed to `checked_principal` once it is there."""
    return source.one(call) if isinstance(source, Header | Certificate) else source(call)


def checked_principal(principal: str | None) -> str:
    """The principal itself.

    Raises:
        CallRefusedError: if it is nobody, or nothing that CAM knows as a principal.
    """
    if not principal:
        raise unauthenticated("the call does not say by whom it is made")
    if not _PRINCIPAL.fullmatch(principal):
        raise unauthenticated("the call is made by nobody that could be a CAM principal")
    return principal


def is_asynchronous(source: PrincipalSource) -> bool:
    """Whether it needs an event loop."""
    return inspect.iscoroutinefunction(source) or inspect.iscoroutinefunction(type(source).__call__)


@dataclass(frozen=True, slots=True)
class ContextKey:
    """One condition key, with what reads it; `reader` is for a field of the request."""

    name: str
    source: ContextSource
    reader: Reader | None = None

    def values(self, call: IncomingCall) -> tuple[str, ...] | None:
        """Its values, None where a callable leaves it out.

        Raises:
            CallRefusedError: if the call lacks it: a missing key would let a deny pass that waits for it.
            TypeError: if a callable gives what is no text.
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
            raise TypeError(f"`{self.source.path}` was never bound to a message")
        if not found or not all(found):
            raise invalid_request(f"the call does not say what `{self.name}` is")
        return found
