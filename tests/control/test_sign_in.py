import pytest

from authz.control.errors import ControlError
from authz.control.passwords import PasswordRules
from authz.control.sign_in import REFUSED, SignedIn
from tests.builders import ROOT_UIN
from tests.control.planes import NOW, OTHER_UIN, items, root

GOOD, NEXT = "Sesame-0pen", "Sesame-0pen-2"


@pytest.fixture
def alice(plane):
    return plane.users.add_user(root(), name="alice", console_login=True, password=GOOD).uin


def enter(plane, password=GOOD, name="alice", account=ROOT_UIN):
    return plane.sign_in.sign_in(account=account, name=name, password=password, address="192.0.2.7")


def is_refused(plane, *args, **more):
    try:
        enter(plane, *args, **more)
    except ControlError as error:
        assert (error.code, error.message) == (REFUSED, "wrong account, user name or password")  # noqa: PT017
        return True
    return False


def at(plane, moment):
    plane.users._desk.clock.now = moment


def test_a_user_signs_in_by_its_name_in_any_case(plane, alice):
    assert enter(plane, name=" Alice ") == SignedIn(ROOT_UIN, alice, needs_reset=False)
    found = plane.users.get_user(root(), name="alice")
    assert (found.login_ip, found.login_time) == ("192.0.2.7", NOW)


def test_the_root_account_signs_in_without_a_name(plane):
    with plane.database.read() as reader:
        assert reader.passwords.get(ROOT_UIN, ROOT_UIN) is not None
    made = plane.accounts.create_account(root("300"), uin="300")
    for name in ("", "root", "ROOT"):
        assert enter(plane, made.password, name, "300") == SignedIn("300", "300", needs_reset=False)


@pytest.mark.usefixtures("alice")
def test_every_refusal_is_the_same(plane):
    plane.users.add_user(root(), name="api-only", use_api=True)
    for wrong in (
        {"password": "x"},
        {"name": "nope"},
        {"name": "api-only"},
        {"account": OTHER_UIN},
        {"account": "999"},
        {"name": ""},
    ):
        assert is_refused(plane, **wrong)


@pytest.mark.usefixtures("alice")
def test_wrong_passwords_lock_a_user_for_an_hour(plane):
    # requirements 63: a wrong password is refused and counted
    for _ in range(10):
        assert is_refused(plane, "wrong")
    assert is_refused(plane)
    at(plane, NOW + 3599)
    assert is_refused(plane)
    at(plane, NOW + 3600)
    assert not is_refused(plane)


@pytest.mark.usefixtures("alice")
def test_a_success_forgets_the_failures(plane):
    for _ in range(3):
        for _ in range(9):
            assert is_refused(plane, "wrong")
        assert not is_refused(plane)


@pytest.mark.usefixtures("alice")
def test_failures_of_an_hour_ago_do_not_count(plane):
    for _ in range(9):
        assert is_refused(plane, "wrong")
    at(plane, NOW + 3600)
    assert is_refused(plane, "wrong")
    assert not is_refused(plane)


def test_a_sign_in_is_no_change(plane, alice):
    before = items(plane)
    enter(plane)
    is_refused(plane, "wrong")
    assert items(plane) == before
    assert alice


def test_a_password_that_must_be_reset_is_changed_by_its_owner(plane, alice):
    plane.users.update_user(root(), name="alice", need_reset_password=True)
    assert enter(plane).needs_reset
    changed = plane.sign_in.change_password(account=ROOT_UIN, name="alice", password=GOOD, new_password=NEXT)
    assert changed == SignedIn(ROOT_UIN, alice, needs_reset=False)
    assert is_refused(plane)
    assert not enter(plane, NEXT).needs_reset
    action, entity, before, after = items(plane)[-1]
    assert (action, entity, before["needs_reset"], after["needs_reset"]) == ("ChangePassword", "password", True, False)


@pytest.mark.parametrize(
    ("password", "new_password", "code"),
    [
        ("wrong", NEXT, REFUSED),
        (GOOD, "weak", "InvalidParameter.PasswordViolatedRules"),
        (GOOD, GOOD, "InvalidParameter.PasswordViolatedRules"),
    ],
)
@pytest.mark.usefixtures("alice")
def test_a_password_is_not_changed_otherwise(plane, password, new_password, code):
    before = items(plane)
    with pytest.raises(ControlError) as caught:
        plane.sign_in.change_password(account=ROOT_UIN, name="alice", password=password, new_password=new_password)
    assert (caught.value.code, items(plane)) == (code, before)
    assert not is_refused(plane)


@pytest.mark.usefixtures("alice")
def test_old_passwords_are_changed_or_refused_as_the_rules_say(plane):
    plane.passwords.update_password_rules(root(), rules=PasswordRules(change_after=30))
    at(plane, NOW + 30 * 86_400 - 1)
    assert not enter(plane).needs_reset
    at(plane, NOW + 30 * 86_400)
    assert enter(plane).needs_reset
    plane.passwords.update_password_rules(root(), rules=PasswordRules(change_after=30, expired_is_locked=True))
    assert is_refused(plane)
    plane.users.update_user(root(), name="alice", password=NEXT)
    assert not enter(plane, NEXT).needs_reset
