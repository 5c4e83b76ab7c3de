"""Use cases on policies: create, update, delete, get and list (cam-api.md 3, Policies)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from authz.accounts.preset_details import search_presets
from authz.control.caller import Caller
from authz.control.errors import ControlError, invalid, param_error
from authz.control.known_policies import (
    ID_ERROR,
    NOT_FOUND,
    KnownPolicy,
    custom,
    document_of,
    find_policy,
    find_policy_named,
    needed,
    of_preset,
    of_record,
)
from authz.control.names import (
    Tag,
    check_description,
    check_keyword,
    check_policy_name,
    check_remark,
    check_tags,
    policy_name_in_use,
)
from authz.control.paging import LARGEST_PAGE, Window, window
from authz.control.results import Page, PolicyDetail, PolicyRow
from authz.control.use_case import Desk, Reading, Writing
from authz.control.validation import check_policy
from authz.store.records import PolicyRecord, PresetAliasRecord

BY_SYNTAX, BY_GENERATOR = 2, 3
"""How a policy was made, as CAM numbers it."""

_SCOPES = ("All", "QCS", "Local")


@dataclass(frozen=True, slots=True)
class PolicyFields:
    """What a new policy is given; see create_policy."""

    policy_name: str
    policy_document: str
    description: str = ""
    tags: tuple[Tag, ...] = ()
    create_mode: int = BY_SYNTAX


class PolicyUseCases:
    """Custom policies, and the presets beside them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def create_policy(
        self,
        caller: Caller,
        *,
        policy_name: str,
        policy_document: str,
        description: str = "",
        tags: Sequence[Tag] = (),
        create_mode: int = BY_SYNTAX,
    ) -> int:
        """Create a custom policy, whose first version is 1; returns its id.

        Raises:
            ControlError: PolicyNameError, PolicyNameInUse, DescriptionLengthOverlimit, ParamError, PolicyFull, and
                the codes of the document.
        """
        with self._desk.writing(caller, "CreatePolicy") as use:
            use.authorize("policyid/*")
            fields = PolicyFields(policy_name, policy_document, description, tuple(tags), create_mode)
            return create(use, fields)

    def update_policy(
        self,
        caller: Caller,
        *,
        policy_id: int | None = None,
        policy_name: str | None = None,
        description: str | None = None,
        policy_document: str | None = None,
        alias: str | None = None,
    ) -> int | None:
        """Change a custom policy, its default version in place; of a preset, only the account's remark.

        The policy is found by its id, else by its name. With both, the policy is renamed. Returns the id of a policy
        that was found by its name, else None.

        Raises:
            ControlError: ParamError without id and name, PolicyIdNotFound, PolicyIdError for a preset, and those of
                create_policy.
        """
        with self._desk.writing(caller, "UpdatePolicy") as use:
            found = _found(use, policy_id, policy_name)
            use.authorize("policyid/*" if found is None else found.resource)
            policy = needed(found, policy_id or 0, NOT_FOUND)
            if alias is not None:
                _set_alias(use, policy, alias)
            if description is not None or policy_document is not None or policy_id is not None:
                name = policy_name if policy_id is not None else None
                _change(use, policy, name, description, policy_document, is_alias_only=alias is not None)
            return policy.policy_id if policy_id is None else None

    def delete_policy(self, caller: Caller, *, policy_id: Sequence[int]) -> None:
        """Delete custom policies with their versions, all of them or none. They are detached from all holders.

        Raises:
            ControlError: ParamError for an empty list, OperatePoliciesOverLimit, PolicyIdNotFound, PolicyIdError for
                presets, FailedOperation for a policy that is a permissions boundary: without it, its holder might do
                more than before.
        """
        with self._desk.writing(caller, "DeletePolicy") as use:
            ids = tuple(dict.fromkeys(policy_id))
            found = [(each, find_policy(use.store, use.account, each)) for each in ids[: use.quotas.policies_in_a_call]]
            for _, policy in found:
                use.authorize("policyid/*" if policy is None else policy.resource)
            if not ids:
                use.authorize("policyid/*")
                raise param_error("`PolicyId` must list at least one policy")
            if len(ids) > use.quotas.policies_in_a_call:
                message = f"{len(ids)} policies are named; at most {use.quotas.policies_in_a_call} are deleted at once"
                raise invalid("OperatePoliciesOverLimit", message)
            for each, policy in found:
                record = custom(needed(policy, each, NOT_FOUND))
                _refuse_boundary(use, record)
                use.store.policies.remove(use.account, record.id)

    def get_policy(self, caller: Caller, *, policy_id: int) -> PolicyDetail:
        """A policy with the document of its default version.

        Raises:
            ControlError: PolicyIdError for an id below 1, PolicyIdNotFound.
        """
        with self._desk.reading(caller, "GetPolicy") as use:
            use.authorize(f"policyid/{policy_id}" if policy_id > 0 else "policyid/*")
            if policy_id < 1:
                raise ControlError(ID_ERROR, f"`PolicyId` must be a positive number, not {policy_id}")
            policy = needed(find_policy(use.store, use.account, policy_id), policy_id, NOT_FOUND)
            return PolicyDetail(
                policy_id=policy.policy_id,
                policy_name=policy.name,
                policy_type=policy.type,
                description=policy.description,
                add_time=policy.add_time,
                update_time=policy.update_time,
                policy_document=document_of(use.store, use.account, policy),
                preset_alias=_alias(use, policy),
                create_mode=policy.create_mode,
                service_type=policy.service_type,
                tags=policy.tags,
            )

    def list_policies(
        self, caller: Caller, *, rp: int = 20, page: int = 1, scope: str = "All", keyword: str = ""
    ) -> Page[PolicyRow]:
        """The policies of the account: presets first, then custom ones, each in the order of their ids.

        A keyword finds names; of presets also descriptions and the names of their services, in four languages.

        Raises:
            ControlError: ParamError for a page out of range, ScopeError, SearchKeywordLengthError.
        """
        with self._desk.reading(caller, "ListPolicies") as use:
            use.authorize()
            shown = window(rp, page, LARGEST_PAGE)
            if scope not in _SCOPES:
                raise invalid("ScopeError", f"`Scope` must be {', '.join(_SCOPES)}, not `{scope}`")
            wanted = check_keyword(keyword).strip()
            presets = [of_preset(each) for each in search_presets(wanted)] if scope != "Local" else []
            total, records = _custom_page(use, shown, len(presets), wanted) if scope != "QCS" else (0, ())
            policies = [*presets[shown.offset : shown.end], *map(of_record, records)]
            return Page(len(presets) + total, tuple(_rows(use, policies)))


def create(use: Writing, fields: PolicyFields) -> int:
    """Create a policy, for a caller that was admitted; returns its id.

    Raises:
        ControlError: as create_policy does.
    """
    check_policy_name(fields.policy_name)
    _refuse_taken(use, fields.policy_name)
    check_description(fields.description)
    tags = check_tags(fields.tags, use.quotas.tags, "ParamError", "ParamError")
    validate_document(use, fields.policy_document)
    if use.store.policies.count(use.account) >= use.quotas.policies:
        message = f"the account has {use.quotas.policies} custom policies already; delete one first"
        raise ControlError("FailedOperation.PolicyFull", message)
    record = PolicyRecord(
        account=use.account,
        id=0,
        name=fields.policy_name,
        description=fields.description,
        create_mode=fields.create_mode,
        tags=tuple((tag.key, tag.value) for tag in tags),
        created_at=use.now,
        updated_at=use.now,
    )
    return use.store.policies.add(record, fields.policy_document).id


def validate_document(use: Writing, text: str) -> None:
    """Check a document for the account of a use case.

    Raises:
        ControlError: with CreatePolicy's codes.
    """
    record = use.store.accounts.get(use.account)
    check_policy(text, use.account, "" if record is None else record.app_id)


def _found(use: Writing, policy_id: int | None, policy_name: str | None) -> KnownPolicy | None:
    if policy_id is not None:
        return find_policy(use.store, use.account, policy_id)
    if not policy_name:
        use.authorize("policyid/*")
        raise param_error("one of `PolicyId` and `PolicyName` is needed")
    found = find_policy_named(use.store, use.account, policy_name)
    if found is None:
        use.authorize("policyid/*")
        raise ControlError(NOT_FOUND, f"policy `{policy_name}` does not exist")
    return found


def _change(
    use: Writing,
    policy: KnownPolicy,
    name: str | None,
    description: str | None,
    document: str | None,
    *,
    is_alias_only: bool,
) -> None:
    changes_nothing = name is None and description is None and document is None
    if policy.is_preset and is_alias_only and changes_nothing:
        return
    record = custom(policy)
    if name is not None and name != record.name:
        check_policy_name(name)
        _refuse_taken(use, name, record.id)
    if description is not None:
        check_description(description)
    if document is not None:
        validate_document(use, document)
    changed = replace(
        record,
        name=record.name if name is None else name,
        description=record.description if description is None else description,
    )
    version = use.store.versions.get(use.account, record.id, record.default_version)
    is_new_text = document is not None and version is not None and version.document != document
    if is_new_text or changed != record:
        use.store.policies.update(replace(changed, updated_at=use.now))
    if is_new_text and version is not None and document is not None:
        use.store.versions.update(replace(version, document=document))


def _refuse_taken(use: Writing, name: str, own: int | None = None) -> None:
    other = use.store.policies.find_by_name(use.account, name)
    if other is not None and other.id != own:
        raise policy_name_in_use(f"policy {other.id} is named `{other.name}` already; choose another name")


def _refuse_boundary(use: Writing, record: PolicyRecord) -> None:
    users = use.store.users.bounded_by(use.account, record.id)
    roles = use.store.roles.bounded_by(use.account, record.id)
    if users or roles:
        holder = f"user `{users[0].name}`" if users else f"role `{roles[0].name}`"
        message = f"policy `{record.name}` is the permissions boundary of {holder}; clear that boundary first"
        raise ControlError("FailedOperation", message)


def _set_alias(use: Writing, policy: KnownPolicy, alias: str) -> None:
    if not policy.is_preset:
        raise param_error(f"`Alias` is the remark on a preset; `{policy.name}` is a custom policy: set `Description`")
    check_remark(alias, "Alias")
    use.store.preset_aliases.put(PresetAliasRecord(use.account, policy.policy_id, alias))


def _alias(use: Reading, policy: KnownPolicy) -> str:
    record = use.store.preset_aliases.get(use.account, policy.policy_id) if policy.is_preset else None
    return "" if record is None else record.alias


def _custom_page(use: Reading, shown: Window, before: int, keyword: str) -> tuple[int, tuple[PolicyRecord, ...]]:
    """The custom policies of a page that `before` presets precede."""
    offset = max(0, shown.offset - before)
    limit = max(0, shown.end - max(before, shown.offset))
    return use.store.policies.page(use.account, offset, limit, keyword)


def _rows(use: Reading, policies: Sequence[KnownPolicy]) -> list[PolicyRow]:
    ids = [policy.policy_id for policy in policies]
    attached = use.store.attachments.counts(use.account, ids)
    users = use.store.users.boundary_counts(use.account, ids)
    roles = use.store.roles.boundary_counts(use.account, ids)
    return [
        PolicyRow(
            policy_id=policy.policy_id,
            policy_name=policy.name,
            policy_type=policy.type,
            description=policy.description,
            create_mode=policy.create_mode,
            service_type=policy.service_type,
            add_time=policy.add_time,
            update_time=policy.update_time,
            attachments=attached.get(policy.policy_id, 0),
            boundaries=users.get(policy.policy_id, 0) + roles.get(policy.policy_id, 0),
            tags=policy.tags,
        )
        for policy in policies
    ]
