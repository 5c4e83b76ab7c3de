import pytest

from authz.control.errors import ControlError
from authz.control.passwords import is_password
from authz.control.plane import ControlPlane
from authz.store.database import Database
from tests.builders import ROOT_UIN
from tests.control.planes import root, user


@pytest.fixture
def empty(database_url, master_key):
    database = Database.open(database_url, master_key)
    yield ControlPlane(database)
    database.close()


def test_an_account_begins_with_a_password_and_a_key(empty):
    made = empty.accounts.create_account(root(), uin=ROOT_UIN, app_id="1250000000")
    with empty.database.read() as reader:
        assert reader.accounts.get(ROOT_UIN).app_id == "1250000000"
        assert is_password(made.password, reader.passwords.get(ROOT_UIN, ROOT_UIN).hash)
        assert reader.keys.secret(made.secret_id) == made.secret_key
    assert (made.uin, len(made.password)) == (ROOT_UIN, 32)
    assert made.password not in repr(made)
    assert made.secret_key not in repr(made)
    assert [each.access_key_id for each in empty.keys.list_access_keys(root())] == [made.secret_id]


def test_a_second_time_changes_nothing_and_says_so(empty):
    # contract: a second time on the same account changes nothing and says so
    empty.accounts.create_account(root(), uin=ROOT_UIN)
    before = empty.revision()
    with pytest.raises(ControlError, match=r"account 12345678 exists already; nothing was changed") as caught:
        empty.accounts.create_account(root(), uin=ROOT_UIN, app_id="1")
    assert (caught.value.code, empty.revision()) == ("ResourceInUse", before)


@pytest.mark.parametrize(("uin", "app_id"), [("", ""), ("0123", ""), ("12a", ""), ("123", "x"), ("123", "01")])
def test_numbers_that_are_not_valid_are_refused(empty, uin, app_id):
    with pytest.raises(ControlError) as caught:
        empty.accounts.create_account(root(uin), uin=uin, app_id=app_id)
    assert caught.value.code == "InvalidParameter.ParamError"
    assert empty.revision() == 0


def test_an_account_is_made_by_itself_alone(empty):
    for caller in (root("87654321"), user("100001")):
        with pytest.raises(ControlError) as caught:
            empty.accounts.create_account(caller, uin=ROOT_UIN)
        assert caught.value.code == "UnauthorizedOperation"
    assert empty.revision() == 0
