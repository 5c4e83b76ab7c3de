"""The mapping of gRPC services to permissions, validated against their descriptors when it is made."""

from collections.abc import Mapping, Sequence
from functools import partial

from google.protobuf.descriptor import FieldDescriptor, MethodDescriptor

from authz.enforcement.binding import Binder
from authz.enforcement.descriptors import field_reader, is_repeated
from authz.enforcement.mapping import Listing, Permission, Public, Requirement, ServiceMapping
from authz.enforcement.rules import ListingRule, Rule
from authz.enforcement.sources import ContextSource, PrincipalSource
from authz.errors import ConfigurationError

_INTEGERS = frozenset(
    {
        FieldDescriptor.CPPTYPE_INT32,
        FieldDescriptor.CPPTYPE_INT64,
        FieldDescriptor.CPPTYPE_UINT32,
        FieldDescriptor.CPPTYPE_UINT64,
    }
)


class ApiMapping:
    """The permissions that the methods of a backend's services require.

    `principal` is the source of the caller's principal. `context` are condition keys of every call. `constants` are
    values for placeholders that are not fields, such as the root account that owns everything. Calls to other methods
    are rejected.

    Raises:
        ConfigurationError: with every method that is not mapped, every mapped method that does not exist, and every
            placeholder that is not a field of the request.
    """

    def __init__(
        self,
        services: Sequence[ServiceMapping],
        *,
        principal: PrincipalSource,
        context: Mapping[str, ContextSource] | None = None,
        constants: Mapping[str, str] | None = None,
    ) -> None:
        self.principal = principal
        self._context = dict(context or {})
        self._constants = dict(constants or {})
        self._rules: dict[str, Rule] = {}
        faults: list[str] = [] if services else ["the mapping has no services"]
        for service in services:
            self._add(service, faults)
        if faults:
            raise ConfigurationError(faults)

    def rule(self, api: str) -> Rule | None:
        """The rule of `/package.Service/Method`; None if it is not mapped."""
        return self._rules.get(api)

    def _add(self, mapping: ServiceMapping, faults: list[str]) -> None:
        service = mapping.service
        methods = {method.name: method for method in service.methods}
        faults += [
            f"/{service.full_name}/{name}: not mapped; give it a permission or PUBLIC"
            for name in methods
            if name not in mapping.methods
        ]
        for name, need in mapping.methods.items():
            api = f"/{service.full_name}/{name}"
            if name not in methods:
                faults.append(f"{api}: {service.full_name} has no such method")
            elif api in self._rules:
                faults.append(f"{api}: mapped twice")
            else:
                binder = Binder(api, self._constants, self._context, faults)
                self._rules[api] = _rule(binder, need, methods[name])


def _rule(binder: Binder, need: Requirement, method: MethodDescriptor) -> Rule:
    if isinstance(need, Public):
        return need
    if isinstance(need, Listing):
        return _listing(binder, need, method)
    needs = (need,) if isinstance(need, Permission) else tuple(need)
    return binder.permissions(needs, partial(field_reader, method.input_type))


def _listing(binder: Binder, need: Listing, method: MethodDescriptor) -> Rule:
    binder.check_action(need.action)
    answer = method.output_type
    items = answer.fields_by_name.get(need.items)
    if method.client_streaming or method.server_streaming:
        binder.faults.append(f"{binder.api}: a listing must not be a stream; expected one request and one response")
    count = answer.fields_by_name.get(need.count)
    if need.count and (count is None or is_repeated(count) or count.cpp_type not in _INTEGERS):
        binder.faults.append(f"{binder.api}: {answer.full_name} has no integer field `{need.count}`")
    if (
        items is None
        or not is_repeated(items)
        or items.message_type is None
        or items.message_type.GetOptions().map_entry
    ):
        binder.faults.append(f"{binder.api}: {answer.full_name} has no repeated message field `{need.items}`")
        return ()
    context = binder.context_keys(need.context, partial(field_reader, method.input_type))
    binder.check_item_keys(need.item_context, [each.name for each in context])
    return ListingRule(
        need.action,
        binder.template(need.resource, partial(field_reader, items.message_type)),
        need.items,
        need.count,
        context,
        tuple(need.item_context.items()),
    )
