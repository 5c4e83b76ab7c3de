"""Lints of an attachments file: who holds nothing or too much, and who may become whom."""

from collections.abc import Collection, Iterable, Sequence

from authz.accounts.attachments import Attachments, Identity, Name
from authz.accounts.presets import find_preset
from authz.language.document import Effect
from authz.language.principal import TrustedPrincipals
from authz.language.report import Report
from authz.lint.placed import PlacedStatement

_EVERYONE = frozenset({"*", "qcs::cam::*", "qcs::cam::anyone:anyone", "qcs::cam::anonymous:anonymous"})


def lint_attachments(parsed: Attachments, report: Report) -> None:
    """Report groups without members, names that stand twice, and presets that grant everything to a whole group."""
    members = {name.text for user in parsed.users for name in user.groups}
    for group in parsed.groups:
        if group.key not in members:
            report.note("Lint.EmptyGroup", group.path, f"group `{group.key}` has no members; its policies reach nobody")
        for name in group.policies:
            _lint_broad(group, name, report)
    for identity in (*parsed.users, *parsed.groups, *parsed.roles):
        _lint_duplicates(identity.policies, report)
        _lint_duplicates(identity.groups, report)


def attached_names(parsed: Attachments) -> Collection[str]:
    """The names of all policies that somebody holds or is bounded by."""
    identities: Iterable[Identity] = (*parsed.users, *parsed.groups, *parsed.roles)
    return {
        name.text
        for identity in identities
        for name in (*identity.policies, *([identity.boundary] if identity.boundary else ()))
    }


def lint_trust(role: str, statements: Sequence[PlacedStatement], report: Report) -> None:
    """Report a trust policy that admits everyone without any condition (cam-language 1.4)."""
    for statement in statements:
        principals = statement.parsed.principals or TrustedPrincipals()
        everyone = [name for name in principals.qcs if name in _EVERYONE]
        if everyone and statement.parsed.effect is Effect.ALLOW and not statement.conditions:
            message = (
                f"`{everyone[0]}` lets everyone assume role `{role}`; "
                "name accounts (`qcs::cam::uin/<root uin>:root`) or users"
            )
            report.warning("Lint.OpenTrust", statement.principal_path, message)


def _lint_broad(group: Identity, name: Name, report: Report) -> None:
    preset = find_preset(name.text)
    if preset is None:
        return
    statements = preset.document.statements
    if any(action.service.is_any and action.name.is_any for each in statements for action in each.actions):
        message = f"`{preset.name}` lets every member of group `{group.key}` do everything; attach it to single users"
        report.note("Lint.BroadPreset", name.path, message)


def _lint_duplicates(names: Sequence[Name], report: Report) -> None:
    seen: set[str] = set()
    for name in names:
        if name.text in seen:
            report.note("Lint.Duplicate", name.path, f"`{name.text}` stands in this list twice; delete one")
        seen.add(name.text)
