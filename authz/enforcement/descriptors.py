"""Readers of protobuf fields by path, validated once against the descriptor."""

from collections.abc import Iterator, Sequence
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor

from authz.enforcement.sources import Reader

_TEXTS = frozenset(
    {
        FieldDescriptor.CPPTYPE_STRING,
        FieldDescriptor.CPPTYPE_INT32,
        FieldDescriptor.CPPTYPE_INT64,
        FieldDescriptor.CPPTYPE_UINT32,
        FieldDescriptor.CPPTYPE_UINT64,
    }
)


def field_reader(message: Descriptor, path: str) -> Reader:
    """A reader of the field at `path` (`app.id`): its values as strings, an empty string if it is not set.

    Raises:
        ValueError: if there is no such field, or it is neither a string nor an integer nor a list of these.
    """
    *outer, last = path.split(".")
    steps: list[FieldDescriptor] = []
    at = message
    for name in outer:
        step = _field(at, name, path)
        inner = step.message_type
        if inner is None or inner.GetOptions().map_entry:
            raise ValueError(f"`{name}` of `{path}` is not a message")
        steps.append(step)
        at = inner
    leaf = _field(at, last, path)
    if leaf.cpp_type not in _TEXTS or leaf.type == FieldDescriptor.TYPE_BYTES:
        raise ValueError(f"`{path}` of {message.full_name} is neither a string nor an integer")
    return _reader(tuple(steps), leaf)


def is_repeated(field: FieldDescriptor) -> bool:
    """Whether the field is a list."""
    known: Any = field  # the oldest supported protobuf has `label`; the stubs have its successor `is_repeated`
    return bool(known.is_repeated if hasattr(known, "is_repeated") else known.label == known.LABEL_REPEATED)


def _field(message: Descriptor, name: str, path: str) -> FieldDescriptor:
    found = message.fields_by_name.get(name)
    if found is None:
        raise ValueError(f"{message.full_name} has no field `{name}`" + (f" (`{path}`)" if path != name else ""))
    return found


def _reader(steps: Sequence[FieldDescriptor], leaf: FieldDescriptor) -> Reader:
    is_list = is_repeated(leaf)
    has_presence = leaf.has_presence

    def of_one(message: Any) -> Iterator[str]:
        value = getattr(message, leaf.name)
        if is_list:
            yield from [str(each or "") for each in value] or [""]
        elif has_presence:
            yield str(value) if message.HasField(leaf.name) else ""
        else:
            yield str(value or "")

    def read(message: Any) -> tuple[str, ...]:
        # A missing value stays as an empty string: without it, the check would cover less than the request.
        return tuple(text for each in _inside(message, steps) for text in (of_one(each) if each is not None else [""]))

    return read


def _inside(message: Any, steps: Sequence[FieldDescriptor]) -> list[Any]:
    """The messages at the end of a path, None for a missing one."""
    found = [message]
    for step in steps:
        found = [inner for each in found for inner in _one_step(each, step)]
    return found


def _one_step(message: Any, step: FieldDescriptor) -> Sequence[Any]:
    if message is None:
        return (None,)
    if is_repeated(step):
        return list(getattr(message, step.name)) or (None,)
    return (getattr(message, step.name),) if message.HasField(step.name) else (None,)
