"""Lints an attachments file: unused or too broad attachments, and open trust policies."""

from collections.abc import Collection, Iterable, Sequence

from authz.accounts.attachments import Attachments, Identity, Name
from authz.accounts.presets import find_preset
from authz.language.document import Effect
from authz.language.principal import TrustedPrincipals
from authz.language.report import Report
from authz.lint.placed import PlacedStatement

_EVERYONE = frozenset({"*", "qcs::cam::*", "qcs::cam::anyone:anyone", "qcs::cam::anonymous:anonymous"})


def lint_attachments(parsed: Attachments, report: Report) -> None:
    """Report groups without members, duplicate names, and presets that grant everything to a whole group."""
    members = {name.text for user in parsed.users for name in user.groups}
    for group in parsed.groups:
        if group.key not in members:
            report.note(
                "Lint.EmptyGroup", group.path, f"group `{group.key}` has no members, so its policies have no effect"
            )
        for name in group.policies:
            _lint_broad(group, name, report)
    for identity in (*parsed.users, *parsed.groups, *parsed.roles):
        _lint_duplicates(identity.policies, report)
        _lint_duplicates(identity.groups, report)


def attached_names(parsed: Attachments) -> Collection[str]:
    """The names of all policies that are attached or used as a boundary."""
    identities: Iterable[Identity] = (*parsed.users, *parsed.groups, *parsed.roles)
    return {
        name.text
        for identity in identities
        for name in (*identity.policies, *([identity.boundary] if identity.boundary else ()))
    }


def lint_trust(role: str, statements: Sequence[PlacedStatement], report: Report) -> None:
    """Report a trust policy that admits every principal without a condition (cam-language 1.4)."""
    for statement in statements:
        principals = statement.parsed.principals or TrustedPrincipals()
        open_to_all = [name for name in principals.qcs if name in _EVERYONE]
        if open_to_all and statement.parsed.effect is Effect.ALLOW and not statement.conditions:
            message = (
                f"`{open_to_all[0]}` lets every principal assume role `{role}`; "
                "name accounts (`qcs::cam::uin/<root uin>:root`) or users"
            )
            report.warning("Lint.OpenTrust", statement.principal_path, message)


def _lint_broad(group: Identity, name: Name, report: Report) -> None:
    preset = find_preset(name.text)
    if preset is None:
        return
    statements = preset.document.statements
    if any(action.service.is_any and action.name.is_any for each in statements for action in each.actions):
        message = (
            f"`{preset.name}` allows every action to every member of group `{group.key}`; attach it to individual users"
        )
        report.note("Lint.BroadPreset", name.path, message)


def _lint_duplicates(names: Sequence[Name], report: Report) -> None:
    seen: set[str] = set()
    for name in names:
        if name.text in seen:
            report.note("Lint.Duplicate", name.path, f"`{name.text}` is listed twice; delete one")
        seen.add(name.text)
