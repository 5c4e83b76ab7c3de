"""Use cases of the operator that move a whole account between a policy directory and the database."""

from dataclasses import dataclass

from authz.control.caller import Caller
from authz.control.errors import UNAUTHORIZED, ControlError
from authz.control.transfer_content import AccountContent, AccountFiles
from authz.control.transfer_export import files_of
from authz.control.transfer_import import import_content
from authz.control.use_case import Desk, Reading, Writing
from authz.store.account_rows import read_rows
from authz.store.records import AccountRecord


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import wrote: numbers of records, and the revision from which on it is in force.

    It `is_new` if the account was not in the database before.
    """

    is_new: bool
    added: int
    changed: int
    removed: int
    revision: int

    @property
    def is_change(self) -> bool:
        """Whether it wrote anything."""
        return bool(self.added or self.changed or self.removed)


class TransferUseCases:
    """Import and export: of the root account alone, and not bound by quotas."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def import_account(self, caller: Caller, *, content: AccountContent, may_delete: bool = False) -> Imported:
        """Bring an account to what a directory says, in one transaction; an account that is missing is created.

        Ids, keys and passwords that the database has stay. An account that is created has neither keys nor password.

        Raises:
            WouldDeleteError: if the database has what the directory lacks, unless `may_delete`.
            ControlError: FailedOperation, if an id belongs to something else.
        """
        with self._desk.writing(caller, "ImportAccount") as use:
            _admit_root(use)
            if caller.account != content.account.uin:
                raise ControlError(UNAUTHORIZED, f"account {content.account.uin} is imported by itself, as root")
            import_content(use, content, may_delete=may_delete)
            items = use.store.written
        is_new = any(item.entity == AccountRecord.entity and item.before is None for item in items)
        added = sum(item.before is None for item in items)
        removed = sum(item.after is None for item in items)
        return Imported(is_new, added, len(items) - added - removed, removed, use.store.revision)

    def export_account(self, caller: Caller) -> AccountFiles:
        """The account as files of a policy directory.

        Raises:
            ControlError: FailedOperation, if the account does not exist, or a policy has a name that no file can have.
        """
        with self._desk.reading(caller, "ExportAccount") as use:
            _admit_root(use)
            rows = read_rows(use.store, [use.account], all_versions=True).get(use.account)
            if rows is None:
                raise ControlError("FailedOperation", f"account {use.account} is not in this database")
            return files_of(rows, use.store.preset_aliases.list(use.account))


def _admit_root(use: Reading | Writing) -> None:
    use.admit_everyone()
    if not use.caller.is_root:
        raise ControlError(UNAUTHORIZED, "accounts are imported and exported as root")
