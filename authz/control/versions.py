"""Use cases on the versions of policies (cam-api.md 3, Policy versions). A preset has one version, 1."""

from collections.abc import Sequence
from dataclasses import replace

from authz.control.caller import Caller
from authz.control.errors import ControlError, invalid, param_error
from authz.control.known_policies import (
    ID_ERROR,
    NOT_EXIST,
    NOT_FOUND,
    KnownPolicy,
    custom,
    document_of,
    find_policy,
    needed,
)
from authz.control.policies import validate_document
from authz.control.results import PolicyVersion
from authz.control.use_case import Desk, Reading, Writing
from authz.store.records import PolicyRecord, PolicyVersionRecord

_PRESET_VERSION = 1


class VersionUseCases:
    """Versions of custom policies: at most five, one of them in force; a number is never used again."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def create_policy_version(
        self, caller: Caller, *, policy_id: int, policy_document: str, set_as_default: bool
    ) -> int:
        """Add a version, and put it into force if `set_as_default`; returns its number.

        Raises:
            ControlError: PolicyIdNotExist, ParamError for a preset, PolicyVersionFull, and the codes of the document.
        """
        with self._desk.writing(caller, "CreatePolicyVersion") as use:
            record = custom(_policy(use, policy_id, NOT_EXIST), "InvalidParameter.ParamError")
            validate_document(use, policy_document)
            most = use.quotas.versions_of_a_policy
            if use.store.versions.count(use.account, record.id) >= most:
                message = f"policy `{record.name}` has {most} versions already; delete one first"
                raise ControlError("FailedOperation.PolicyVersionFull", message)
            number = use.store.versions.add(use.account, record.id, policy_document, use.now).version
            if set_as_default:
                _put_into_force(use, record.id, number)
            return number

    def set_default_policy_version(self, caller: Caller, *, policy_id: int, version_id: int) -> None:
        """Put a version into force.

        Raises:
            ControlError: PolicyIdNotFound, PolicyIdError for a preset, PolicyVersionNotExists,
                PolicyVersionAlreadyDefault.
        """
        with self._desk.writing(caller, "SetDefaultPolicyVersion") as use:
            record = custom(_policy(use, policy_id, NOT_FOUND))
            _needed_version(use, record, version_id)
            if record.default_version == version_id:
                raise _is_default(record, version_id)
            _put_into_force(use, record.id, version_id)

    def list_policy_versions(self, caller: Caller, *, policy_id: int) -> tuple[PolicyVersion, ...]:
        """The versions of a policy, the oldest first, without their documents.

        Raises:
            ControlError: PolicyIdNotFound.
        """
        with self._desk.reading(caller, "ListPolicyVersions") as use:
            policy = _policy(use, policy_id, NOT_FOUND)
            if policy.record is None:
                return (PolicyVersion(_PRESET_VERSION, policy.add_time, is_default_version=True),)
            default = policy.record.default_version
            versions = use.store.versions.list(use.account, policy_id)
            return tuple(PolicyVersion(each.version, each.created_at, each.version == default) for each in versions)

    def get_policy_version(self, caller: Caller, *, policy_id: int, version_id: int) -> PolicyVersion:
        """One version with its document.

        Raises:
            ControlError: PolicyIdError for an id below 1, PolicyIdNotFound, PolicyVersionNotExists.
        """
        with self._desk.reading(caller, "GetPolicyVersion") as use:
            policy = _policy(use, policy_id, ID_ERROR if policy_id < 1 else NOT_FOUND)
            if policy.record is None:
                if version_id != _PRESET_VERSION:
                    raise _missing_version(policy.name, version_id)
                text = document_of(use.store, use.account, policy)
                return PolicyVersion(_PRESET_VERSION, policy.add_time, is_default_version=True, document=text)
            found = _needed_version(use, policy.record, version_id)
            is_default = policy.record.default_version == version_id
            return PolicyVersion(found.version, found.created_at, is_default, found.document)

    def delete_policy_version(self, caller: Caller, *, policy_id: int, version_id: Sequence[int]) -> None:
        """Delete versions that are not in force, all of them or none.

        Raises:
            ControlError: PolicyIdNotFound, PolicyIdError for a preset, ParamError for an empty list,
                PolicyVersionNotExists, PolicyVersionAlreadyDefault.
        """
        with self._desk.writing(caller, "DeletePolicyVersion") as use:
            record = custom(_policy(use, policy_id, NOT_FOUND))
            if not version_id:
                raise param_error("`VersionId` must list at least one version")
            for each in dict.fromkeys(version_id):
                _needed_version(use, record, each)
                if each == record.default_version:
                    raise _is_default(record, each)
                use.store.versions.remove(use.account, record.id, each)


def _policy(use: Reading | Writing, policy_id: int, code: str) -> KnownPolicy:
    """The policy, to which the caller is admitted first."""
    use.authorize(f"policyid/{policy_id}" if policy_id > 0 else "policyid/*")
    return needed(find_policy(use.store, use.account, policy_id), policy_id, code)


def _put_into_force(use: Writing, policy_id: int, version: int) -> None:
    record = use.store.policies.get(use.account, policy_id)
    if record is not None:
        use.store.policies.update(replace(record, default_version=version, updated_at=use.now))


def _needed_version(use: Reading | Writing, record: PolicyRecord, version: int) -> PolicyVersionRecord:
    found = use.store.versions.get(use.account, record.id, version)
    if found is None:
        raise _missing_version(record.name, version)
    return found


def _missing_version(policy: str, version: int) -> ControlError:
    return invalid("PolicyVersionNotExists", f"policy `{policy}` has no version {version}")


def _is_default(record: PolicyRecord, version: int) -> ControlError:
    message = f"version {version} of policy `{record.name}` is the default version"
    return ControlError("FailedOperation.PolicyVersionAlreadyDefault", message)
