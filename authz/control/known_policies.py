"""The policies of an account, presets and custom ones alike, and how use cases find them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from authz.accounts.preset_details import PresetDetails, preset_of_id, preset_of_name
from authz.control.errors import ControlError
from authz.control.names import Tag
from authz.control.results import PolicyType
from authz.language.render import render
from authz.store.records import PolicyRecord
from authz.store.session import Reader

NOT_FOUND = "ResourceNotFound.PolicyIdNotFound"
"""The code for a policy that does not exist, where the action documents it."""
NOT_EXIST = "InvalidParameter.PolicyIdNotExist"
"""The code for a policy that does not exist, where NOT_FOUND is not documented."""
ID_ERROR = "InvalidParameter.PolicyIdError"
"""The code for an id that no policy can have, and for a preset where only custom policies can be meant."""

_BY_SYNTAX = 2  # the create mode of presets


@dataclass(frozen=True, slots=True)
class KnownPolicy:
    """A policy that exists. `record` is None for presets."""

    policy_id: int
    name: str
    type: PolicyType
    description: str
    create_mode: int
    service_type: str
    add_time: float
    update_time: float
    tags: tuple[Tag, ...]
    record: PolicyRecord | None

    @property
    def is_preset(self) -> bool:
        """Whether Tencent Cloud defines it."""
        return self.type is PolicyType.PRESET

    @property
    def resource(self) -> str:
        """The last segment of its resource description."""
        return f"policyid/{self.policy_id}"


def of_record(record: PolicyRecord) -> KnownPolicy:
    """A custom policy."""
    return KnownPolicy(
        policy_id=record.id,
        name=record.name,
        type=PolicyType.CUSTOM,
        description=record.description,
        create_mode=record.create_mode,
        service_type="",
        add_time=record.created_at,
        update_time=record.updated_at,
        tags=tuple(Tag(*each) for each in record.tags),
        record=record,
    )


def of_preset(preset: PresetDetails) -> KnownPolicy:
    """A preset."""
    return KnownPolicy(
        policy_id=preset.policy_id,
        name=preset.name,
        type=PolicyType.PRESET,
        description=preset.description,
        create_mode=_BY_SYNTAX,
        service_type=preset.service,
        add_time=preset.added,
        update_time=preset.added,
        tags=(),
        record=None,
    )


def find_policy(reader: Reader, account: str, policy_id: int) -> KnownPolicy | None:
    """The policy with this id, or None."""
    preset = preset_of_id(policy_id)
    if preset is not None:
        return of_preset(preset)
    record = reader.policies.get(account, policy_id) if policy_id > 0 else None
    return None if record is None else of_record(record)


def find_policy_named(reader: Reader, account: str, name: str) -> KnownPolicy | None:
    """The policy of this name, compared without case, or None."""
    preset = preset_of_name(name)
    if preset is not None:
        return of_preset(preset)
    record = reader.policies.find_by_name(account, name) if name else None
    return None if record is None else of_record(record)


def policies_of_ids(reader: Reader, account: str, ids: Collection[int]) -> Mapping[int, KnownPolicy]:
    """The policies with these ids, by id."""
    found = {preset.policy_id: of_preset(preset) for preset in map(preset_of_id, ids) if preset is not None}
    custom = [policy_id for policy_id in ids if policy_id not in found]
    if custom:
        found.update((record.id, of_record(record)) for record in reader.policies.get_many(account, custom))
    return found


def document_of(reader: Reader, account: str, policy: KnownPolicy) -> str:
    """The text of the policy's default version."""
    preset = preset_of_id(policy.policy_id)
    if preset is not None:
        return render(preset.policy.document)
    text = reader.policies.document(account, policy.policy_id)
    if text is None:
        raise ControlError("InternalError.SystemError", f"policy {policy.policy_id} has no default version")
    return text


def missing_policy(policy_id: int, code: str) -> ControlError:
    """The refusal of an id that no policy has."""
    return ControlError(code, f"policy {policy_id} does not exist")


def needed(policy: KnownPolicy | None, policy_id: int, code: str) -> KnownPolicy:
    """The policy, which must exist.

    Raises:
        ControlError: with `code`.
    """
    if policy is None:
        raise missing_policy(policy_id, code)
    return policy


def custom(policy: KnownPolicy, code: str = ID_ERROR) -> PolicyRecord:
    """The record of the policy, which must not be a preset.

    Raises:
        ControlError: with `code`.
    """
    if policy.record is None:
        raise ControlError(code, f"`{policy.name}` is a preset policy, which cannot be changed or deleted")
    return policy.record
