"""A change leads from one version of an account to the next, and survives being sent."""

import pickle

import pytest
from hypothesis import given

from authz.accounts.change import difference
from authz.accounts.renew import Holders, renew, shared
from tests.accounts.test_renew import ALL, accounts, at, touched


@given(accounts(), accounts(), ALL, ALL)
def test_a_difference_leads_from_one_version_to_the_other(build, rebuild, old, new):
    before, after = build(at(old)), rebuild(at(new))
    assert difference(before, after).apply(before) == after


@given(accounts(), ALL, ALL)
def test_what_did_not_change_is_neither_told_nor_replaced(build, old, new):
    before = build(at(old))
    after = shared(before, renew(before, Holders(before), at(new)))
    change = pickle.loads(pickle.dumps(difference(before, after)))
    again = change.apply(before)
    assert again == after
    assert touched(before, again) == touched(before, after)
    told = {("users", each.key) for each in change.users.changed}
    told |= {("groups", each.key) for each in change.groups.changed}
    told |= {("roles", each.key) for each in change.roles.changed}
    assert told == touched(before, after)


@given(accounts(), ALL)
def test_an_account_that_stayed_as_it_is_is_told_in_nothing(build, versions):
    account = build(at(versions))
    change = difference(account, account)
    assert (change.policies, change.users.changed, change.users.gone) == ((), (), ())
    assert change.apply(account).users is account.users


def test_a_change_that_does_not_fit_is_refused():
    from tests.builders import account, allow, policy  # noqa: PLC0415

    held = account(own=[policy("p", allow("*"))])
    change = difference(account(), held)
    with pytest.raises(ValueError, match="names policy `p`"):
        change.apply(account())
