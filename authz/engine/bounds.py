"""Limits the size of a request, and so the time and memory of its decision."""

from collections.abc import Mapping
from dataclasses import dataclass

from authz.errors import InvalidRequestError

_VALUES_PER_KEY = 10


@dataclass(frozen=True, slots=True)
class Bounds:
    """The limits of one request; `…_bytes` count UTF-8.

    `key_values` limits the values of one condition key, `context_keys` the keys of a context, `context_bytes` all its
    keys and values. A context has at most ten times as many values as it may have keys.
    """

    principal_bytes: int = 2 * 1024
    action_bytes: int = 2 * 1024
    resource_bytes: int = 4 * 1024  # the longest names in CAM are those of COS objects, about 900 bytes
    context_keys: int = 100
    key_values: int = 100
    value_bytes: int = 4 * 1024
    context_bytes: int = 64 * 1024

    @property
    def context_values(self) -> int:
        """The limit on the values of all keys of a context."""
        return _VALUES_PER_KEY * self.context_keys

    def check_names(self, principal: str, action: str) -> None:
        """Check the length of both.

        Raises:
            InvalidRequestError: naming the field and its limit.
        """
        _check("principal", principal, self.principal_bytes)
        _check("action", action, self.action_bytes)

    def check_resource(self, resource: str) -> None:
        """Check the length of a resource; see check_names."""
        _check("resource", resource, self.resource_bytes)

    def check_context(self, context: Mapping[str, tuple[str, ...]]) -> None:
        """Check the size of a context; see check_names. The message names the key if one key exceeds a limit."""
        if len(context) > self.context_keys:
            raise InvalidRequestError("context", f"at most {self.context_keys} condition keys are allowed")
        count = size = 0
        for key, values in context.items():
            if len(values) > self.key_values:
                raise InvalidRequestError("context", f"at most {self.key_values} values of `{shown(key)}` are allowed")
            count += len(values)
            size += _size(key)
            for value in values:
                length = _size(value)
                if length > self.value_bytes:
                    raise _too_large("context", f"a value of `{shown(key)}` has {length} bytes", self.value_bytes)
                size += length
        if count > self.context_values:
            raise _too_large("context", f"all condition keys together have {count} values", self.context_values)
        if size > self.context_bytes:
            raise _too_large("context", f"the condition keys and values have {size} bytes", self.context_bytes)


DEFAULT_BOUNDS = Bounds()


def shown(text: str) -> str:
    """The text, shortened for a message."""
    return text if len(text) <= 80 else f"{text[:80]}…"


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _check(field: str, text: str, most: int) -> None:
    size = _size(text)
    if size > most:
        raise _too_large(field, f"{size} bytes", most)


def _too_large(field: str, found: str, most: int) -> InvalidRequestError:
    return InvalidRequestError(field, f"{found}; at most {most} are allowed")
