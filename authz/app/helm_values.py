"""Values of the Helm chart from a policy directory: the files of each account, without sub-directories."""

from pathlib import Path
from typing import Any

import yaml

from authz.errors import InvalidAccountError, Problem, SourceError
from authz.sources.directory import files
from authz.sources.directory.source import DirectorySource

MOST_BYTES = 1024 * 1024
"""Of one account: Kubernetes refuses larger ConfigMaps."""


def helm_values(root: Path) -> str:
    """The YAML text of the chart's value `accounts`, which holds each account by its uin.

    Raises:
        SourceError: if the directory cannot be read or contains no account.
        InvalidAccountError: with every problem of the accounts, or if one is too large for a ConfigMap.
    """
    source = DirectorySource(root)
    found = source.inventory()
    problems = list(found.problems.values())
    if not found.keys and not problems:
        raise SourceError(f"no account found: expected {source.name_of('')}")
    accounts: dict[str, dict[str, str]] = {}
    for key in found.keys:
        try:
            uin = source.load(key).uin
        except InvalidAccountError as error:
            problems += error.problems
            continue
        texts = _texts(root, key)
        size = sum(len(text.encode()) for text in texts.values())
        if uin in accounts:
            problems.append(_problem(source, key, "DuplicateAccount", f"account {uin} is defined twice"))
        if size > MOST_BYTES:
            message = f"the files have {size} bytes; a ConfigMap holds {MOST_BYTES}: use a database instead"
            problems.append(_problem(source, key, "TooLarge", message))
        accounts[uin] = texts
    if problems:
        raise InvalidAccountError(problems)
    text: str = yaml.dump(
        {"accounts": accounts}, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000, default_style=None
    )
    return text


def _texts(root: Path, key: str) -> dict[str, str]:
    """The texts of an account by the names of files that are beside its attachments file."""
    names = sorted(files.list_account(root, key).files)
    found = {name.removeprefix(files.POLICIES): files.read_file(root, key, name)[0].text or "" for name in names}
    return dict(sorted(found.items(), key=lambda item: item[0] not in files.ATTACHMENTS))


def _problem(source: DirectorySource, key: str, code: str, message: str) -> Problem:
    return Problem(code, message, file=source.name_of(key), line=1)


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks."""


def _represent(dumper: Any, text: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _represent)
