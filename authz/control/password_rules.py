"""Use cases on the password rules of an account (cam-api.md 3, Account)."""

import json
from dataclasses import asdict, replace

from authz.control.caller import Caller
from authz.control.errors import ControlError
from authz.control.passwords import DEFAULT_RULES, PasswordRules, check_rules
from authz.control.results import PasswordRulesDetail
from authz.control.use_case import Desk, Reading, Writing
from authz.store.records import AccountRecord
from authz.store.session import Reader


class PasswordRuleUseCases:
    """The rules that console passwords of the account must keep."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def get_password_rules(self, caller: Caller) -> PasswordRulesDetail:
        """The rules in force, and who changed them when."""
        with self._desk.reading(caller, "GetPasswordRules") as use:
            use.authorize()
            record = _account(use)
            return PasswordRulesDetail(rules_of(use), record.password_rules_at, record.password_rules_by)

    def update_password_rules(self, caller: Caller, *, rules: PasswordRules) -> None:
        """Change the rules; passwords that were set before stay valid.

        Raises:
            ControlError: PasswordRuleError.
        """
        with self._desk.writing(caller, "UpdatePasswordRules") as use:
            use.authorize()
            checked, record = check_rules(rules), _account(use)
            if checked == rules_of(use):
                return
            text = json.dumps(asdict(checked))
            changed = replace(record, password_rules=text, password_rules_at=use.now, password_rules_by=caller.identity)
            use.store.accounts.update(changed)


def rules_of(use: Reading | Writing) -> PasswordRules:
    """The password rules of the account of a use case."""
    return rules_of_account(use.store, use.account)


def rules_of_account(reader: Reader, account: str) -> PasswordRules:
    """The password rules of an account; the default ones if there is no such account."""
    record = reader.accounts.get(account)
    text = "" if record is None else record.password_rules
    if not text:
        return DEFAULT_RULES
    values = json.loads(text)
    return PasswordRules(**{**values, "must_contain": tuple(values["must_contain"])})


def _account(use: Reading | Writing) -> AccountRecord:
    record = use.store.accounts.get(use.account)
    if record is None:
        raise ControlError("FailedOperation", f"account {use.account} is not in this database")
    return record
