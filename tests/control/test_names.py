import pytest

from authz.control import names
from authz.control.errors import ControlError
from authz.control.names import Tag
from tests.builders import attempt


def code(call, *args):
    """The code of the refusal; None if the value is accepted and returned as given."""
    value, error = attempt(ControlError, lambda: call(*args))
    assert error is not None or value == args[0]
    return None if error is None else error.code


@pytest.mark.parametrize("name", ["a", "app-operators", "A.b@c+d=e,f_g", "x" * 128])
def test_policy_and_role_names_are_accepted(name):
    assert code(names.check_policy_name, name) is None
    assert code(names.check_role_name, name) is None


@pytest.mark.parametrize("name", ["", "x" * 129, "a b", "a/b", "名", "a\n", "a:b"])
def test_policy_and_role_names_of_another_form_are_refused(name):
    # requirements 90
    assert code(names.check_policy_name, name) == "InvalidParameter.PolicyNameError"
    assert code(names.check_role_name, name) == "InvalidParameter.RoleNameError"


@pytest.mark.parametrize("name", ["AdministratorAccess", "qcloudsmsfullaccess"])
def test_a_custom_policy_cannot_take_the_name_of_a_preset(name):
    assert code(names.check_policy_name, name) == "FailedOperation.PolicyNameInUse"


@pytest.mark.parametrize("name", ["", "x" * 65, "a b", "root", "ROOT", "a\tb", "ü"])
def test_user_names_that_the_console_could_not_sign_in_are_refused(name):
    assert code(names.check_user_name, name) == "InvalidParameter.UserNameIllegal"


@pytest.mark.parametrize("name", ["alice", "rooty", "a@b.c", "x" * 64])
def test_user_names_are_accepted(name):
    assert code(names.check_user_name, name) is None


def test_group_names_may_be_of_any_script():
    assert code(names.check_group_name, "运维 组") is None
    for name in ("", " a", "a ", "x" * 65, "a\nb"):
        assert code(names.check_group_name, name) == "InvalidParameter.ParamError"


def test_descriptions_are_counted_in_bytes():
    # requirements 90: at most 300 bytes; a Chinese character takes three
    assert code(names.check_description, "述" * 100) is None
    assert code(names.check_description, "述" * 101) == "InvalidParameter.DescriptionLengthOverlimit"
    assert code(names.check_remark, "x" * 300) is None
    assert code(names.check_remark, "x" * 301) == "InvalidParameter.ParamError"


def test_key_descriptions_have_their_own_form():
    assert code(names.check_key_description, "ci/build:1,2=3@4.5+6-7_8") is None
    for text in ("a b", "名", "x" * 1025):
        assert code(names.check_key_description, text) == "InvalidParameter.ParamError"


@pytest.mark.parametrize(
    ("contact", "field"),
    [(("12a", "", ""), "PhoneNum"), (("", "x", ""), "CountryCode"), (("", "", "alice"), "Email")],
)
def test_a_contact_detail_that_is_not_valid_is_named(contact, field):
    with pytest.raises(ControlError, match=field) as caught:
        names.check_contact(*contact)
    assert caught.value.code == "InvalidParameter.ParamError"


def test_contact_details_are_optional():
    names.check_contact("", "", "")
    names.check_contact("13800000000", "86", "alice@example.com")


def test_keywords_have_a_limit():
    assert code(names.check_keyword, "x" * 128) is None
    assert code(names.check_keyword, "x" * 129) == "InvalidParameter.SearchKeywordLengthError"


def test_session_names_have_their_own_form():
    assert code(names.check_session_name, "ci-1") is None
    for name in ("", "a", "a b", "x" * 129):
        assert code(names.check_session_name, name) == "InvalidParameter.ParamError"


@pytest.mark.parametrize(
    ("tags", "detail"),
    [
        ([Tag("", "v")], "TagParamError"),
        ([Tag("qcs:x", "v")], "TagParamError"),
        ([Tag("x" * 128, "v")], "TagParamError"),
        ([Tag("k", "v" * 256)], "TagParamError"),
        ([Tag("k", "1"), Tag("k", "2")], "TagParamError"),
        ([Tag(f"k{at}", "") for at in range(4)], "TagLimitExceeded"),
    ],
)
def test_tags_that_are_not_valid_are_refused(tags, detail):
    with pytest.raises(ControlError) as caught:
        names.check_tags(tags, 3)
    assert caught.value.code == f"InvalidParameter.{detail}"


def test_tags_are_kept_in_the_order_of_their_keys():
    assert names.check_tags([Tag("b", "1"), Tag("a", "")], 2) == (Tag("a", ""), Tag("b", "1"))
