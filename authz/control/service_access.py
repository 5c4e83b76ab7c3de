"""The use case that lists which services the policies of an identity grant (ListPoliciesGrantingServiceAccess)."""

from collections.abc import Iterable, Mapping, Sequence

from authz.catalog.catalog import Catalog, load_catalog
from authz.control.caller import Caller
from authz.control.errors import param_error
from authz.control.holders import PARAM_ERROR, group_of_id, role_of, user_of_uin
from authz.control.known_policies import KnownPolicy, document_of, policies_of_ids
from authz.control.results import GrantedAction, GrantingPolicy, ServiceAccess
from authz.control.use_case import Desk, Reading
from authz.language.document import Effect, PolicyDocument
from authz.language.parse import parse_policy
from authz.store.records import HolderKind

_LEGACY = frozenset({"avc", "cim", "consolesms", "service"})  # names in the catalog that are not services of their own
_SERVICE_NAMES: Mapping[str, str] = {
    "im": "Instant Messaging",
    "sms": "Short Message Service",
    "cam": "Cloud Access Management",
    "sts": "Security Token Service",
}


class ServiceAccessUseCases:
    """Lists what policies grant; conditions, denials and boundaries are not considered, as CAM's list does not."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def list_policies_granting_service_access(
        self,
        caller: Caller,
        *,
        target_uin: str | None = None,
        role_id: str | None = None,
        group_id: int | None = None,
        service_type: str | None = None,
    ) -> tuple[ServiceAccess, ...]:
        """The services that the policies of one user, role or group allow, each with those policies.

        With `service_type`, only that service, and the actions of it that the catalog lists and the policies allow.

        Raises:
            ControlError: ParamError unless one user, role or group that exists is named.
        """
        with self._desk.reading(caller, "ListPoliciesGrantingServiceAccess") as use:
            policies = self._policies(use, target_uin, role_id, group_id)
            documents = [(each, parse_policy(document_of(use.store, use.account, each))) for each in policies]
            wanted = (
                [service_type.lower()] if service_type else sorted(_services(document for _, document in documents))
            )
            found = [_access(service, documents, with_actions=bool(service_type)) for service in wanted]
            return tuple(each for each in found if each.policies)

    def _policies(
        self, use: Reading, target_uin: str | None, role_id: str | None, group_id: int | None
    ) -> Sequence[KnownPolicy]:
        if [target_uin, role_id, group_id].count(None) != 2:
            use.authorize()
            raise param_error("exactly one of `TargetUin`, `RoleId` and `GroupId` is needed")
        if target_uin is not None:
            user = user_of_uin(use, target_uin, PARAM_ERROR)
            held = _held(use, HolderKind.USER, user.uin)
            for group in use.store.memberships.groups_of(use.account, user.uin)[1]:
                held += _held(use, HolderKind.GROUP, str(group.id))
        elif group_id is not None:
            held = _held(use, HolderKind.GROUP, str(group_of_id(use, group_id, PARAM_ERROR).id))
        else:
            held = _held(use, HolderKind.ROLE, role_of(use, role_id, None, PARAM_ERROR).id)
        ids = list(dict.fromkeys(held))
        known = policies_of_ids(use.store, use.account, ids)
        return [known[policy_id] for policy_id in ids]


def _held(use: Reading, kind: HolderKind, holder_id: str) -> list[int]:
    return [each.policy_id for each in use.store.attachments.of_holder(use.account, kind, holder_id)]


def _services(documents: Iterable[PolicyDocument]) -> set[str]:
    """The services that are granted: those named, and for wildcards those of the catalog that match."""
    known = load_catalog().services - _LEGACY
    found: set[str] = set()
    for document in documents:
        for statement in document.statements:
            if statement.effect is Effect.ALLOW:
                for action in statement.actions:
                    if action.service.is_literal:
                        found.add(str(action.service))
                    else:
                        found.update(service for service in known if action.service.matches(service))
    return found


def _access(
    service: str, documents: Sequence[tuple[KnownPolicy, PolicyDocument]], *, with_actions: bool
) -> ServiceAccess:
    granting = [(policy, document) for policy, document in documents if _grants(document, service)]
    actions = _actions(load_catalog(), service, [document for _, document in granting]) if with_actions else ()
    policies = tuple(
        GrantingPolicy(policy.policy_id, policy.name, policy.type, policy.description) for policy, _ in granting
    )
    return ServiceAccess(service, _SERVICE_NAMES.get(service, service), actions, policies)


def _grants(document: PolicyDocument, service: str) -> bool:
    return any(
        action.service.matches(service)
        for statement in document.statements
        if statement.effect is Effect.ALLOW
        for action in statement.actions
    )


def _actions(catalog: Catalog, service: str, documents: Sequence[PolicyDocument]) -> tuple[GrantedAction, ...]:
    patterns = [
        action
        for document in documents
        for statement in document.statements
        if statement.effect is Effect.ALLOW
        for action in statement.actions
        if action.service.matches(service)
    ]
    return tuple(
        GrantedAction(known.name, known.description)
        for known in catalog.actions(service)
        if any(pattern.name.matches(known.name.lower()) for pattern in patterns)
    )
