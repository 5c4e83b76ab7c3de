"""What a handler may know of its call."""

import pytest

from authz.enforcement import current_call
from authz.enforcement.call import account_of


@pytest.mark.parametrize(
    ("principal", "account"),
    [
        ("qcs::cam::uin/12345678:uin/100001", "12345678"),
        ("qcs::cam::uin/12345678:root", "12345678"),
        ("qcs::cam::uin/12345678:roleName/ci", "12345678"),
        ("", ""),
    ],
)
def test_the_account_of_a_principal_is_its_root(principal, account):
    assert account_of(principal) == account


def test_outside_a_handler_there_is_no_call():
    with pytest.raises(LookupError):
        current_call()
