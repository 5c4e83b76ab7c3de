import dataclasses

import pytest

from authz.control import passwords
from authz.control.errors import ControlError
from authz.control.passwords import (
    DEFAULT_RULES,
    PasswordRules,
    check_password,
    check_rules,
    generate_password,
    hash_password,
    is_password,
    refuse_slowly,
)

GOOD = "Sesame-0pen"
HASHER = passwords._hasher


@pytest.fixture(autouse=True)
def _hashes_of_the_product(monkeypatch):
    monkeypatch.setattr(passwords, "_hasher", HASHER)


def test_a_password_of_all_four_classes_is_accepted():
    # requirements 68
    assert check_password(GOOD, DEFAULT_RULES) == GOOD


@pytest.mark.parametrize(
    "password",
    [
        "Ab1!",
        "sesame-0pen",
        "SESAME-0PEN",
        "Sesame-open",
        "Sesame0pen",
        " Sesame-0pen",
        "Sesame-0pen\n",
        "Aa1!" * 33,
        "",
    ],
)
def test_a_weak_password_is_refused_without_being_repeated(password):
    with pytest.raises(ControlError) as caught:
        check_password(password, DEFAULT_RULES)
    assert caught.value.code == "InvalidParameter.PasswordViolatedRules"
    assert not password.strip() or password.strip() not in str(caught.value)


def test_the_rules_of_an_account_decide():
    rules = PasswordRules(minimum_length=12, must_contain=("lower",))
    assert check_password("only small letters", rules)
    with pytest.raises(ControlError, match="12 to 128 characters"):
        check_password(GOOD, rules)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("minimum_length", 7), ("minimum_length", 33), ("must_contain", ()), ("must_contain", ("emoji",)),
        ("change_after", 366), ("reuse_limit", 2), ("retry_limit", 0),
    ],
)  # fmt: skip
def test_rules_that_cannot_be_kept_are_refused(field, value):
    with pytest.raises(ControlError, match=field) as caught:
        check_rules(dataclasses.replace(DEFAULT_RULES, **{field: value}))
    assert caught.value.code == "InvalidParameter.PasswordRuleError"


def test_generated_passwords_are_strong_and_never_alike():
    made = [generate_password() for _ in range(200)]
    assert len(set(made)) == 200
    strict = PasswordRules(minimum_length=32)
    for password in made:
        assert len(check_password(password, strict)) == 32
        assert password[0].isalpha()  # no spreadsheet takes it for a formula


def test_a_hash_admits_its_own_password_alone():
    hashed = hash_password(GOOD)
    assert GOOD not in hashed
    assert hashed.startswith("$argon2id$")
    assert is_password(GOOD, hashed)
    assert not is_password(GOOD + "x", hashed)
    assert hash_password(GOOD) != hashed


@pytest.mark.parametrize("hashed", ["", "x", "$argon2id$v=19$broken"])
def test_a_hash_that_cannot_be_read_admits_no_password(hashed):
    assert not is_password(GOOD, hashed)
    refuse_slowly(GOOD)
