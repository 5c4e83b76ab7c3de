"""Which new versions of accounts may come into force together."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from authz.accounts.model import Account
from authz.errors import Problem


@dataclass(slots=True)
class Candidate:
    """The accounts read in one go: `good` by key, and the problems of those that are refused.

    `waiting` are good in themselves, but their uin is another account's: they come into force when it is free.
    """

    good: dict[str, Account] = field(default_factory=dict)
    refused: dict[str, tuple[Problem, ...]] = field(default_factory=dict)
    waiting: dict[str, Account] = field(default_factory=dict)

    def refuse_shared_uins(self, in_force: Mapping[str, str], files: Mapping[str, str]) -> None:
        """Refuse every new version that claims the uin of another account (two accounts with one uin).

        `in_force` has the uin of each key that stays in force or is being replaced, `files` the file to name for each
        key. A refusal puts the old uin of its key back in play, so this is repeated until nothing changes.
        """
        while shared := self._shared(in_force):
            for key, uin in shared:
                others = [self._file(other, files) for other, owner in self._uins(in_force).items() if owner == uin]
                names = ", ".join(sorted(name for name in others if name != self._file(key, files)))
                message = f"account {uin} is defined in {names} too"
                self.refused[key] = (Problem("DuplicateAccount", message, file=self._file(key, files), line=1),)
            for key, _ in shared:
                self.waiting[key] = self.good.pop(key)

    def _uins(self, in_force: Mapping[str, str]) -> dict[str, str]:
        return {**in_force, **{key: account.uin for key, account in self.good.items()}}

    def _shared(self, in_force: Mapping[str, str]) -> list[tuple[str, str]]:
        uins = self._uins(in_force)
        counts = Counter(uins.values())
        # A new version of the account that has the uin already is good, whoever else claims it.
        claims = [(key, account.uin) for key, account in self.good.items() if in_force.get(key) != account.uin]
        return [(key, uin) for key, uin in claims if counts[uin] > 1]

    @staticmethod
    def _file(key: str, files: Mapping[str, str]) -> str:
        return files.get(key, key)


def problem_lines(problems: Iterable[Problem]) -> list[str]:
    """The problems as logs and terminals show them: `file:line: code: message`."""
    return [str(problem) for problem in problems]
