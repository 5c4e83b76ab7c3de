"""Validation of a mapping at start: the permissions of each API must fit its request message."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from authz.context import RESOURCE_TAG, key_family
from authz.enforcement.kinds import of_kind, split_kind
from authz.enforcement.mapping import Permission
from authz.enforcement.rules import PermissionRule
from authz.enforcement.sources import ContextKey, ContextSource, Reader, RequestField
from authz.enforcement.template import BoundTemplate, parse_resource_template

_ACTION = re.compile(r"(?:name/)?[A-Za-z][A-Za-z0-9_-]*:[A-Za-z][A-Za-z0-9_]*", re.ASCII)

FieldReaders = Callable[[str], Reader]
"""Returns the reader for a field path of one message type; raises ValueError if there is no such field."""


@dataclass(frozen=True, slots=True)
class Binder:
    """Binds the requirement of one API and collects errors; `constants` are values for placeholders."""

    api: str
    constants: Mapping[str, str]
    context: Mapping[str, ContextSource]
    faults: list[str]

    def permissions(
        self, needs: Sequence[Permission], readers: FieldReaders, context_readers: FieldReaders | None = None
    ) -> tuple[PermissionRule, ...]:
        """The rules of one API; `context_readers` read the fields of condition keys, `readers` if it is None."""
        if not needs:
            self.faults.append(f"{self.api}: no permission; give it one, or PUBLIC if it needs none")
        return tuple(self._permission(each, readers, context_readers or readers) for each in needs)

    def _permission(self, need: Permission, readers: FieldReaders, context_readers: FieldReaders) -> PermissionRule:
        self.check_action(need.action)
        resource = self.template(need.resource, readers) if isinstance(need.resource, str) else need.resource
        return PermissionRule(need.action, resource, self.context_keys(need.context, context_readers))

    def check_action(self, action: str) -> None:
        """Report an action that is malformed or contains wildcards."""
        if not _ACTION.fullmatch(action):
            self.faults.append(f"{self.api}: `{action}` is not an action; expected one such as `sms:SendSms`")

    def template(self, text: str, readers: FieldReaders) -> BoundTemplate:
        """Bind a resource template to the fields of a message."""
        try:
            template = parse_resource_template(text)
        except ValueError as error:
            self.faults.append(f"{self.api}: the resource `{text}` {error}")
            return BoundTemplate((), ())
        return template.bind(lambda name: self._placeholder(name, readers))

    def context_keys(self, own: Mapping[str, ContextSource], readers: FieldReaders) -> tuple[ContextKey, ...]:
        """The condition keys of this API; its own take precedence over those of all APIs."""
        sources = {**self.context, **own}
        return tuple(
            ContextKey(name, source, self._reader(source.path, readers) if isinstance(source, RequestField) else None)
            for name, source in sources.items()
        )

    def check_item_keys(self, own: Iterable[str], shared: Iterable[str]) -> None:
        """Report condition keys of items that are not resource tags, or tags given for the call and the items.

        The resources allowed to the caller are computed with the tags of the call. An item with a further tag might be
        denied and still be listed.
        """
        given = next((key for key in shared if key_family(key) == RESOURCE_TAG), None)
        for key in own:
            if key_family(key) != RESOURCE_TAG:
                self.faults.append(f"{self.api}: `{key}` is not a resource tag; a key for each item must be one")
            elif given is not None:
                self.faults.append(
                    f"{self.api}: `{given}` is given for all items and `{key}` for each item; "
                    "give resource tags in one of the two places only"
                )

    def _placeholder(self, name: str, readers: FieldReaders) -> Reader | str:
        if name not in self.constants:  # constants have no kind
            return self._reader(name, readers)
        try:
            readers(name)
        except ValueError:
            return self.constants[name]
        self.faults.append(f"{self.api}: `{{{name}}}` is a constant and a field of the request; rename the constant")
        return self.constants[name]

    def _reader(self, path: str, readers: FieldReaders) -> Reader:
        try:
            name, kind = split_kind(path)
            return of_kind(readers(name), name, kind)
        except ValueError as error:
            self.faults.append(f"{self.api}: {error}")
            return _nothing


def _nothing(_message: object) -> tuple[str, ...]:
    return ()
