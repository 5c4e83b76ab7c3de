"""A request of API 3.0 as it was received, before anything of it is believed."""

from dataclasses import dataclass

from authz.doors.api3.errors import ApiError


@dataclass(frozen=True, slots=True)
class Message:
    """One HTTP request. Names of headers are lower case; values are as received, also that of Host.

    `query` is the raw text after the question mark, `address` the network address of the client.
    """

    method: str
    headers: tuple[tuple[str, str], ...]
    query: str
    body: bytes
    address: str = ""

    def header(self, name: str) -> str:
        """The value of a header, given in lower case; empty if it is missing.

        Raises:
            ApiError: if the request has it twice, since the one that is signed may not be the one that is read.
        """
        found = [value for each, value in self.headers if each == name]
        if len(found) > 1:
            raise ApiError(
                "AuthFailure.SignatureFailure", f"header `{name}` is given {len(found)} times; expected once"
            )
        return found[0] if found else ""

    def refuse_repeated(self) -> None:
        """Refuse a request in which a header that has a meaning here is repeated.

        Raises:
            ApiError: naming the header.
        """
        names = [name for name, _ in self.headers if name in _SINGLE or name.startswith("x-tc-")]
        if len(set(names)) < len(names):
            for name in names:
                self.header(name)


_SINGLE = frozenset({"host", "content-type", "authorization", "content-length"})
