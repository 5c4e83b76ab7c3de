import pytest

from authz.control.errors import ControlError
from authz.control.passwords import DEFAULT_RULES, PasswordRules
from tests.control.planes import NOW, items, root

STRICT = PasswordRules(minimum_length=16, must_contain=("lower", "number"), reuse_limit=1)


def test_an_account_begins_with_the_default_rules(plane):
    found = plane.passwords.get_password_rules(root())
    assert (found.rules, found.update_time, found.modifier) == (DEFAULT_RULES, 0.0, "")


def test_rules_count_for_passwords_that_are_set_from_then_on(plane):
    plane.users.add_user(root(), name="alice", console_login=True, password="Sesame-0pen")
    plane.passwords.update_password_rules(root(), rules=STRICT)
    found = plane.passwords.get_password_rules(root())
    assert (found.rules, found.update_time, found.modifier) == (STRICT, NOW, "uin/12345678")
    with pytest.raises(ControlError, match="16 to 128 characters"):
        plane.users.update_user(root(), name="alice", password="Sesame-0pen")
    plane.users.update_user(root(), name="alice", password="sesame sesame 17")
    with pytest.raises(ControlError, match="used before"):
        plane.users.update_user(root(), name="alice", password="sesame sesame 17")


def test_rules_that_cannot_be_kept_change_nothing(plane):
    before = items(plane)
    with pytest.raises(ControlError) as caught:
        plane.passwords.update_password_rules(root(), rules=PasswordRules(minimum_length=1))
    assert caught.value.code == "InvalidParameter.PasswordRuleError"
    plane.passwords.update_password_rules(root(), rules=DEFAULT_RULES)
    assert items(plane) == before
