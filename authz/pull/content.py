"""From a pulled account to the files of a policy directory, which never allow more than CAM does.

What cannot be decided is never left out: a policy that is refused here might deny. It is replaced by a policy of its
name that denies everything, and a trust policy by one that trusts no principal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from authz.accounts.build import PolicyText, name_problems
from authz.accounts.preset_details import PresetDetails, preset_of_name
from authz.control.transfer_content import AccountFiles
from authz.control.transfer_export import files_of
from authz.pull.answers import PulledPolicy
from authz.pull.findings import Finding, policy_findings, preset_findings, trust_findings
from authz.pull.reading import PulledAccount
from authz.store.account_rows import AccountRows
from authz.store.mapping import folded
from authz.store.records import (
    FIRST_CUSTOM_POLICY,
    AttachmentRecord,
    PolicyRecord,
    PolicyVersionRecord,
    PresetAliasRecord,
    RoleRecord,
    UserRecord,
)

DENY_ALL = '{"version": "2.0", "statement": [{"effect": "deny", "action": "*", "resource": "*"}]}'
"""Replaces a policy that cannot be decided."""
_NO_TRUST = (
    '{"version": "2.0", "statement": [{"effect": "deny", "action": "name/sts:AssumeRole",'
    ' "principal": {"qcs": ["qcs::cam::uin/%s:root"]}}]}'
)


@dataclass(frozen=True, slots=True)
class PulledFiles:
    """The files of an account, and what of it cannot be decided as CAM does."""

    account: str
    files: AccountFiles
    findings: tuple[Finding, ...]

    @property
    def counts(self) -> tuple[tuple[str, int], ...]:
        """How many there are of each kind, by its noun."""
        lists = [(noun, len(self.files.attachments.get(f"{noun}s", ()))) for noun in ("user", "group", "role")]
        return (*lists, ("policy file", len(self.files.documents)))

    @property
    def undecidable(self) -> tuple[Finding, ...]:
        """The findings that keep the account from being written."""
        return tuple(each for each in self.findings if each.is_undecidable)


def pulled_files(pulled: PulledAccount) -> PulledFiles:
    """The files of a pulled account, with replacements for what cannot be decided."""
    return _Conversion(pulled).run()


class _Conversion:
    """One conversion in progress; policies that this program has as presets are those, by name."""

    def __init__(self, pulled: PulledAccount) -> None:
        self._pulled = pulled
        self._uin = pulled.account.uin
        self._findings: list[Finding] = []
        self._presets: dict[int, PresetDetails] = {}
        self._own: list[PulledPolicy] = []
        for policy in pulled.policies:
            preset = preset_of_name(policy.record.name) if policy.is_preset else None
            if preset is None:
                self._own.append(policy)
            else:
                self._presets[policy.id] = preset

    def run(self) -> PulledFiles:
        pulled = self._pulled
        aliases = [self._preset(each) for each in pulled.policies if each.id in self._presets]
        records, versions = self._policies()
        rows = AccountRows(
            account=pulled.account,
            users=tuple(self._bounded(user) for user in pulled.users),
            groups=pulled.groups,
            memberships=pulled.memberships,
            roles=tuple(self._role(role) for role in pulled.roles),
            policies=records,
            versions=versions,
            attachments=tuple(self._attachment(each) for each in pulled.attachments),
        )
        files = files_of(rows, [each for each in aliases if each.alias])
        return PulledFiles(self._uin, replace(files, details=_pruned(files.details)), tuple(self._findings))

    # Policies -------------------------------------------------------------------------------------------------------

    def _preset(self, policy: PulledPolicy) -> PresetAliasRecord:
        preset = self._presets[policy.id]
        self._findings += preset_findings(f"preset `{preset.name}`", policy.document, preset)
        return PresetAliasRecord(self._uin, preset.policy_id, policy.alias)

    def _policies(self) -> tuple[tuple[PolicyRecord, ...], tuple[PolicyVersionRecord, ...]]:
        taken = {folded(policy.record.name) for policy in self._own}
        records, versions = [], []
        for policy in self._own:
            subject = f"{'preset' if policy.is_preset else 'policy'} `{policy.record.name}` ({policy.id})"
            record = replace(policy.record, id=self._id(policy.id), name=self._name(policy, subject, taken))
            records.append(record)
            text = self._document(policy, subject)
            versions.append(PolicyVersionRecord(self._uin, record.id, record.default_version, text))
        return tuple(records), tuple(versions)

    def _document(self, policy: PulledPolicy, subject: str) -> str:
        if policy.is_preset:
            message = "this program does not have this preset; its text of today is kept as a policy of that name"
            self._findings.append(Finding(subject, "UnknownPreset", message))
        found = policy_findings(subject, policy.document, self._pulled.account)
        self._findings += found
        return DENY_ALL if any(each.is_undecidable for each in found) else policy.document

    def _name(self, policy: PulledPolicy, subject: str, taken: set[str]) -> str:
        """The name of the policy, or another if no file of a directory can have it."""
        name = policy.record.name
        problems = name_problems(PolicyText(name, "", policy.document), {})
        if not problems and not name.startswith("."):
            return name
        other = f"policy-{policy.id}"
        while folded(other) in taken:
            other += "_"
        taken.add(folded(other))
        self._findings.append(Finding(subject, "PolicyName", f"no policy here can have its name; it is `{other}`"))
        return other

    def _id(self, policy_id: int) -> int:
        """The id here; those of CAM that only presets have here become negative, and are left out of the files."""
        preset = self._presets.get(policy_id)
        if preset is not None:
            return preset.policy_id
        return policy_id if policy_id >= FIRST_CUSTOM_POLICY else -policy_id

    # Holders --------------------------------------------------------------------------------------------------------

    def _attachment(self, attachment: AttachmentRecord) -> AttachmentRecord:
        return replace(attachment, policy_id=self._id(attachment.policy_id))

    def _bounded(self, user: UserRecord) -> UserRecord:
        return user if user.boundary_id is None else replace(user, boundary_id=self._id(user.boundary_id))

    def _role(self, role: RoleRecord) -> RoleRecord:
        found = trust_findings(f"trust policy of role `{role.name}`", role.trust)
        self._findings += found
        boundary = None if role.boundary_id is None else self._id(role.boundary_id)
        return replace(role, boundary_id=boundary, trust=_NO_TRUST % self._uin if found else role.trust)


def _pruned(details: Mapping[str, Any]) -> dict[str, Any]:
    """The details without what CAM's lists lack: positions, versions, unknown times, and ids of presets."""
    found = {key: _known(value) for key, value in details.items() if key != "account"}
    for policy in found.get("policies", {}).values():
        for key in ("versions", "default_version", "last_version"):
            policy.pop(key, None)
        if policy["id"] < 0:
            del policy["id"]
    return found


def _known(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    pruned = {key: _known(each) for key, each in value.items() if key not in ("position", "uid") or each}
    return {key: each for key, each in pruned.items() if not (key.endswith("_at") and not each)}
