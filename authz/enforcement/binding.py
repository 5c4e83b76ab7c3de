"""The check at start: what an API is said to need must fit its messages, or nothing is served."""

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
"""Gives what reads a field of one kind of message by its path; raises ValueError for a field that it has not."""


@dataclass(frozen=True, slots=True)
class Binder:
    """Binds the needs of one API and collects what is wrong; `constants` are values for placeholders."""

    api: str
    constants: Mapping[str, str]
    context: Mapping[str, ContextSource]
    faults: list[str]

    def permissions(
        self, needs: Sequence[Permission], readers: FieldReaders, context_readers: FieldReaders | None = None
    ) -> tuple[PermissionRule, ...]:
        """The permissions of one API; `context_readers` are for condition keys, where these are read in another way."""
        if not needs:
            self.faults.append(f"{self.api}: no permission; if everybody may call it, say PUBLIC")
        return tuple(self._permission(each, readers, context_readers or readers) for each in needs)

    def _permission(self, need: Permission, readers: FieldReaders, context_readers: FieldReaders) -> PermissionRule:
        self.check_action(need.action)
        resource = self.template(need.resource, readers) if isinstance(need.resource, str) else need.resource
        return PermissionRule(need.action, resource, self.context_keys(need.context, context_readers))

    def check_action(self, action: str) -> None:
        """An action names one API: there are no wildcards in it."""
        if not _ACTION.fullmatch(action):
            self.faults.append(f"{self.api}: `{action}` is no action such as `sms:SendSms`")

    def template(self, text: str, readers: FieldReaders) -> BoundTemplate:
        """A resource template with the fields of a message."""
        try:
            template = parse_resource_template(text)
        except ValueError as error:
            self.faults.append(f"{self.api}: the resource `{text}` {error}")
            return BoundTemplate((), ())
        return template.bind(lambda name: self._placeholder(name, readers))

    def context_keys(self, own: Mapping[str, ContextSource], readers: FieldReaders) -> tuple[ContextKey, ...]:
        """The condition keys of this API, its own before those of all."""
        sources = {**self.context, **own}
        return tuple(
            ContextKey(name, source, self._reader(source.path, readers) if isinstance(source, RequestField) else None)
            for name, source in sources.items()
        )

    def check_item_keys(self, own: Iterable[str], shared: Iterable[str]) -> None:
        """Single items of a list have resource tags of their own, all of them or none.

        A list is made from the tags that the call gives. An item that adds one may be denied, and would be shown.
        """
        given = next((key for key in shared if key_family(key) == RESOURCE_TAG), None)
        for key in own:
            if key_family(key) != RESOURCE_TAG:
                self.faults.append(f"{self.api}: `{key}` is no resource tag, or given for all items already")
            elif given is not None:
                self.faults.append(
                    f"{self.api}: `{given}` is given for all items and `{key}` for each; "
                    "give the resource tags in one of the two places"
                )

    def _placeholder(self, name: str, readers: FieldReaders) -> Reader | str:
        if name not in self.constants:  # a kind is for what comes from requests
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
