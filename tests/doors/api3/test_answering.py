"""The API without HTTP: what is answered when all is well, and when the database or the code fails."""

import json
import logging

import pytest
from sqlalchemy import event

from authz.control.caller import Caller
from authz.control.plane import ControlPlane
from authz.doors.api3 import tc3, v1
from authz.doors.api3.answering import Api
from authz.store.author import Channel
from authz.store.database import Database
from authz.store.errors import StoreError
from authz.store.secrets import MasterKey
from tests.doors.api3.signing import FORMS, NOW, sdk_message

ACCOUNT = "12345678"


@pytest.fixture
def database(sqlite_url):
    opened = Database.open(sqlite_url, MasterKey(bytes(range(32))))
    yield opened
    opened.close()


@pytest.fixture
def plane(database):
    return ControlPlane(database)


@pytest.fixture
def key(plane):
    """The id and secret of root's key."""
    made = plane.accounts.create_account(Caller.root(ACCOUNT, Channel.COMMAND_LINE), uin=ACCOUNT)
    return made.secret_id, made.secret_key


def response(answer):
    return json.loads(answer.body)["Response"]


def error(answer):
    return response(answer)["Error"]


def test_an_answer_names_the_revision_of_its_change(plane, key):
    api = Api(plane, lambda: NOW)
    first = api.answer(sdk_message(action="ListGroups", credential=key))
    made = api.answer(sdk_message(action="CreateGroup", parameters={"GroupName": "g"}, credential=key))
    assert response(made)["GroupId"] == 1
    assert (first.action, first.code, first.revision) == ("ListGroups", "Success", 1)
    assert (made.action, made.code, made.revision) == ("CreateGroup", "Success", 2)


def test_a_refusal_names_the_revision_too(plane, key):
    answer = Api(plane, lambda: NOW).answer(
        sdk_message(action="DeleteGroup", parameters={"GroupId": 9}, credential=key)
    )
    assert (error(answer)["Code"], answer.code, answer.revision) == (
        "ResourceNotFound.UserNotExist",
        "ResourceNotFound.UserNotExist",
        1,
    )
    stranger = Api(plane, lambda: NOW).answer(sdk_message(action="DeleteGroup"))
    assert (stranger.code, stranger.action, stranger.revision) == ("AuthFailure.SecretIdNotFound", "", 1)


def test_a_database_that_fails_is_a_system_error_without_its_words(plane, key, monkeypatch, caplog):
    api = Api(plane, lambda: NOW)
    assert api.answer(sdk_message(action="ListGroups", credential=key)).revision == 1

    def fail():
        raise StoreError("cannot reach postgresql://user@host/db")

    monkeypatch.setattr(plane.database, "read", fail)
    with caplog.at_level(logging.INFO, logger="authz.api"):
        answer = api.answer(sdk_message(action="ListGroups", credential=key))
    assert error(answer) == {
        "Code": "InternalError.SystemError",
        "Message": "the database cannot be used now; try again later",
    }
    assert answer.revision == 1
    assert "postgresql://user@host/db" in caplog.text


def test_a_bug_is_an_internal_error_without_its_words(plane, key, monkeypatch, caplog):
    api = Api(plane, lambda: NOW)

    def fail(*_, **__):
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr(plane.groups, "list_groups", fail)
    with caplog.at_level(logging.INFO, logger="authz.api"):
        answer = api.answer(sdk_message(action="ListGroups", credential=key))
    assert error(answer)["Code"] == "InternalError"
    assert "house" not in answer.body.decode()
    assert "the secret of the house" in caplog.text


def test_a_refusal_before_the_request_was_read_has_the_same_form(plane):
    answer = Api(plane, lambda: NOW).refuse("RequestLimitExceeded", "m", "192.0.2.1")
    assert (error(answer), answer.code) == ({"Code": "RequestLimitExceeded", "Message": "m"}, "RequestLimitExceeded")
    assert response(answer)["RequestId"]


class Work:
    """Counts what a request costs: statements of the database, opened secrets and computed signatures."""

    def __init__(self, database, monkeypatch):
        self.done = []
        event.listen(database._engine, "before_cursor_execute", self._statement)
        for module in (tc3, v1):
            self._count(monkeypatch, module, "signature", "signature")
        self._count(monkeypatch, MasterKey, "unseal", "unsealed")

    def _statement(self, _connection, _cursor, statement, *_):
        self.done.append("statement" if "access_keys" in statement else "other statement")

    def _count(self, monkeypatch, owner, name, shown):
        real = getattr(owner, name)

        def counted(*arguments):
            self.done.append(shown)
            return real(*arguments)

        monkeypatch.setattr(owner, name, counted)

    def of(self, call):
        self.done.clear()
        call()
        return sorted(self.done)


@pytest.mark.parametrize(("sign_method", "http_method"), FORMS)
def test_an_unknown_key_costs_what_a_wrong_signature_costs(sign_method, http_method, plane, key, database, monkeypatch):
    api = Api(plane, lambda: NOW)
    disabled = plane.keys.create_access_key(Caller.root(ACCOUNT, Channel.API))
    plane.keys.update_access_key(
        Caller.root(ACCOUNT, Channel.API), access_key_id=disabled.access_key_id, status="Inactive"
    )
    work = Work(database, monkeypatch)
    costs, codes = [], []
    for secret_id in (key[0], "AKID" + "x" * 32, disabled.access_key_id):
        message = sdk_message(sign_method, http_method, "ListGroups", credential=(secret_id, "wrong"))
        costs.append(work.of(lambda message=message: codes.append(api.answer(message).code)))
    assert codes == ["AuthFailure.SignatureFailure", *["AuthFailure.SecretIdNotFound"] * 2]
    assert costs[0] == costs[1] == costs[2]
    assert costs[0].count("unsealed") == 1
    assert costs[0].count("statement") == 1
    assert "signature" in costs[0]
