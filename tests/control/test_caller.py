import pytest

from authz.control.caller import Caller
from authz.control.errors import ControlError
from authz.language.principal import PrincipalKind
from authz.store.author import Author, Channel
from tests.builders import ROOT_UIN


def test_the_uin_of_the_root_account_means_the_root_account():
    caller = Caller.user(ROOT_UIN, ROOT_UIN, Channel.CONSOLE)
    assert caller.is_root
    assert caller == Caller.root(ROOT_UIN, Channel.CONSOLE)
    assert (caller.uin, caller.identity, caller.text) == (ROOT_UIN, f"uin/{ROOT_UIN}", "qcs::cam::uin/12345678:root")


def test_a_sub_account_is_a_principal_of_its_root_account():
    caller = Caller.user(ROOT_UIN, "100001", Channel.API)
    assert (caller.account, caller.uin, caller.identity) == (ROOT_UIN, "100001", "uin/100001")
    assert caller.text == "qcs::cam::uin/12345678:uin/100001"
    assert not caller.is_root


def test_a_session_of_a_role_has_no_uin():
    caller = Caller.role_session(ROOT_UIN, "ci", "4611686018427387905", "build", Channel.API)
    assert caller.principal.kind is PrincipalKind.ROLE
    assert caller.identity == "role/4611686018427387905"
    assert caller.text == "qcs::cam::uin/12345678:roleName/ci/build"
    with pytest.raises(ControlError, match="TargetUin"):
        _ = caller.uin


def test_the_author_of_a_change_says_who_by_what_and_whence():
    author = Caller.root(ROOT_UIN, Channel.COMMAND_LINE, "request-1", "192.0.2.1").author("AddUser")
    assert author == Author(
        ROOT_UIN, "qcs::cam::uin/12345678:root", Channel.COMMAND_LINE, "AddUser", "request-1", "192.0.2.1"
    )
