from dataclasses import FrozenInstanceError

import pytest

from tests.builders import account


def test_an_account_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        account().uin = "1"


def test_equal_accounts_are_equal():
    assert account() == account()
    assert account() != account(uin="87654321")
