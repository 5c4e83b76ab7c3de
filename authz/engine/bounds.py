"""How much one question may bring: the work and the memory of its answer stay in proportion to these bounds."""

from collections.abc import Mapping
from dataclasses import dataclass

from authz.errors import InvalidRequestError

_VALUES_PER_KEY = 10


@dataclass(frozen=True, slots=True)
class Bounds:
    """`…_bytes` count UTF-8. `key_values` are the values of one condition key, `context_keys` the keys of a context.

    `context_bytes` are those of all its keys and values. All keys together have at most ten values for each key that
    is allowed.
    """

    principal_bytes: int = 2 * 1024
    action_bytes: int = 2 * 1024
    resource_bytes: int = 4 * 1024  # the longest names of CAM are those of COS objects, of some 900 bytes
    context_keys: int = 100
    key_values: int = 100
    value_bytes: int = 4 * 1024
    context_bytes: int = 64 * 1024

    @property
    def context_values(self) -> int:
        """The values of all keys of a context together."""
        return _VALUES_PER_KEY * self.context_keys

    def check_names(self, principal: str, action: str) -> None:
        """Whether both are short enough.

        Raises:
            InvalidRequestError: naming the field and its bound.
        """
        _check("principal", principal, self.principal_bytes)
        _check("action", action, self.action_bytes)

    def check_resource(self, resource: str) -> None:
        """See check_names."""
        _check("resource", resource, self.resource_bytes)

    def check_context(self, context: Mapping[str, tuple[str, ...]]) -> None:
        """See check_names; the message names the key where one key has too much."""
        if len(context) > self.context_keys:
            raise InvalidRequestError("context", f"at most {self.context_keys} condition keys are taken in one check")
        count = size = 0
        for key, values in context.items():
            if len(values) > self.key_values:
                raise InvalidRequestError("context", f"at most {self.key_values} values of `{shown(key)}` are taken")
            count += len(values)
            size += _size(key)
            for value in values:
                length = _size(value)
                if length > self.value_bytes:
                    raise _too_large("context", f"a value of `{shown(key)}` has {length} bytes", self.value_bytes)
                size += length
        if count > self.context_values:
            raise _too_large("context", f"{count} values of all condition keys together", self.context_values)
        if size > self.context_bytes:
            raise _too_large("context", f"{size} bytes of condition keys and values", self.context_bytes)


DEFAULT_BOUNDS = Bounds()


def shown(text: str) -> str:
    """The text, cut where it is too long for a message."""
    return text if len(text) <= 80 else f"{text[:80]}…"


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _check(field: str, text: str, most: int) -> None:
    size = _size(text)
    if size > most:
        raise _too_large(field, f"{size} bytes", most)


def _too_large(field: str, found: str, most: int) -> InvalidRequestError:
    return InvalidRequestError(field, f"{found}, at most {most} are taken")
