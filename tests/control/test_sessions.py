import base64
import json

import pytest

from authz.control.errors import ControlError
from tests.builders import ROOT_UIN
from tests.control.planes import NOW, ROOT_TRUST, root, user

ARN = f"qcs::cam::uin/{ROOT_UIN}:roleName/ci"


@pytest.fixture
def role(plane):
    return plane.roles.create_role(root(), role_name="ci", policy_document=ROOT_TRUST)


def assume(plane, **more):
    return plane.sts.assume_role(root(), **{"role_arn": ARN, "role_session_name": "build-7", **more})


def refused(plane, **more):
    with pytest.raises(ControlError) as caught:
        assume(plane, **more)
    return caught.value.code


def test_a_session_is_proven_by_its_token(plane, role):
    made = assume(plane)
    session = plane.sts.session(made.tmp_secret_id, made.token)
    assert (session.account, session.role_id, session.role_name) == (ROOT_UIN, role, "ci")
    assert (session.session_name, session.secret_key) == ("build-7", made.tmp_secret_key)
    assert session.expires_at == made.expired_time == NOW + 7200


@pytest.mark.usefixtures("role")
def test_a_session_ends_at_its_time(plane):
    made = assume(plane, duration_seconds=600)
    clock = plane.sts._desk.clock
    clock.now = NOW + 599.9
    assert plane.sts.session(made.tmp_secret_id, made.token) is not None
    clock.now = NOW + 600
    assert plane.sts.session(made.tmp_secret_id, made.token) is None


@pytest.mark.usefixtures("role")
def test_a_token_counts_for_its_own_key_alone(plane):
    one, two = assume(plane), assume(plane)
    assert one.token != two.token
    assert plane.sts.session(one.tmp_secret_id, two.token) is None


@pytest.mark.usefixtures("role")
def test_a_token_that_was_tampered_with_proves_nothing(plane):
    made = assume(plane)
    sealed = base64.urlsafe_b64decode(made.token)
    for at in range(0, len(sealed), 7):
        forged = bytes([*sealed[:at], sealed[at] ^ 1, *sealed[at + 1 :]])
        assert plane.sts.session(made.tmp_secret_id, base64.urlsafe_b64encode(forged).decode()) is None
    for token in ("", "x", "é", made.token[:-4], made.token + "AAAA", "A" * 5000):
        assert plane.sts.session(made.tmp_secret_id, token) is None


def test_a_new_role_of_the_same_name_does_not_inherit_sessions(plane, role):
    made = assume(plane)
    plane.roles.delete_role(root(), role_id=role)
    plane.roles.create_role(root(), role_name="ci", policy_document=ROOT_TRUST)
    assert plane.sts.session(made.tmp_secret_id, made.token) is None


def test_the_role_bounds_the_length_of_its_sessions(plane, role):
    plane.roles.update_role_session_duration(root(), role_id=role, session_duration=3600)
    assert assume(plane).expired_time == NOW + 3600
    assert refused(plane, duration_seconds=3601) == "InvalidParameter.ParamError"
    plane.roles.update_role_session_duration(root(), role_id=role, session_duration=43_200)
    assert assume(plane).expired_time == NOW + 7200
    assert assume(plane, duration_seconds=43_200).expired_time == NOW + 43_200


def test_a_role_may_be_named_by_its_id(plane, role):
    made = assume(plane, role_arn=f"qcs::cam::uin/{ROOT_UIN}:role/{role}")
    assert plane.sts.session(made.tmp_secret_id, made.token).role_name == "ci"


@pytest.mark.usefixtures("role")
@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"role_arn": "ci"}, "InvalidParameter.ParamError"),
        ({"role_arn": f"qcs::cam::uin/{ROOT_UIN}:root"}, "InvalidParameter.ParamError"),
        ({"role_arn": f"qcs::cam::uin/{ROOT_UIN}:roleName/nope"}, "AuthFailure.UnauthorizedOperation"),
        ({"role_session_name": "a b"}, "InvalidParameter.ParamError"),
        ({"duration_seconds": 0}, "InvalidParameter.ParamError"),
        ({"external_id": "x" * 129}, "InvalidParameter.ParamError"),
        ({"policy": "{}"}, "UnsupportedOperation"),
    ],
)
def test_what_begins_no_session_is_refused(plane, more, code):
    assert refused(plane, **more) == code


def test_the_external_id_is_a_condition_key(plane):
    value = json.loads(ROOT_TRUST)
    value["statement"][0]["condition"] = {"string_equal": {"sts:external_id": "e1"}}
    trust = json.dumps(value)
    plane.roles.create_role(root(), role_name="ci", policy_document=trust)
    assert refused(plane) == "AuthFailure.UnauthorizedOperation"
    assert refused(plane, external_id="e2") == "AuthFailure.UnauthorizedOperation"
    assert assume(plane, external_id="e1").token


@pytest.mark.usefixtures("role")
def test_a_role_that_does_not_exist_looks_like_one_that_does_not_trust(plane):
    alice = plane.users.add_user(root(), name="alice").uin
    codes = set()
    for name in ("ci", "nope"):
        with pytest.raises(ControlError) as caught:
            plane.sts.assume_role(
                user(alice), role_arn=f"qcs::cam::uin/{ROOT_UIN}:roleName/{name}", role_session_name="s1"
            )
        codes.add((caught.value.code, caught.value.message.replace(name, "")))
    assert len(codes) == 1
