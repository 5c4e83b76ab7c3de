"""Small builders, so that a test says only what it is about: policies as texts, one account with one user and one role.

Everything belongs to the running example: root account 12345678 and its IM and SMS applications.
"""

import json

from authz.accounts.model import Account, Group, Policy, Role, User
from authz.engine.live import Engine
from authz.engine.request import parse_request
from authz.engine.rules import Attachment, Rules
from authz.language.document import PolicyDocument
from authz.language.parse import parse_policy

ROOT_UIN = "12345678"
ROOT = f"qcs::cam::uin/{ROOT_UIN}:root"
ALICE = f"qcs::cam::uin/{ROOT_UIN}:uin/100001"
CI = f"qcs::cam::uin/{ROOT_UIN}:roleName/ci"


def im_app(number):
    return f"qcs::im::uin/{ROOT_UIN}:sdkappid/{number}"


def sms_app(number):
    return f"qcs::sms::uin/{ROOT_UIN}:app/{number}"


APP_0, APP_1, APP_2 = im_app(1400000000), im_app(1400000001), im_app(1400000002)


def statement(effect, action, resource="*", **more):
    return {"effect": effect, "action": action, "resource": resource, **more}


def allow(action, resource="*", **more):
    return statement("allow", action, resource, **more)


def deny(action, resource="*", **more):
    return statement("deny", action, resource, **more)


def document(*statements, **members):
    """The text of a policy; `members` are more elements beside version and statement."""
    return json.dumps({"version": "2.0", "statement": list(statements), **members})


def attempt(error, call):
    """What `call()` gives, and what it raises of the kind `error`; one of them is None. Anything else is a failure."""
    try:
        return call(), None
    except error as refusal:
        return None, refusal


def policy(name, *statements):
    return Policy(name, parse_policy(document(*statements)))


def account(*, own=(), group=(), boundary=None, role=(), uin=ROOT_UIN, app_id=""):
    """An account with the user 100001 (`own` policies, and those of the group `team`) and the role `ci`."""
    team = Group("team", tuple(group))
    alice = User("100001", "alice", tuple(own), (team,), boundary)
    ci = Role("ci", tuple(role), PolicyDocument(()), boundary)
    return Account(uin, app_id, {"100001": alice}, {"team": team}, {"ci": ci}, {})


def engine(*accounts):
    """An engine with these accounts in force at revision 1."""
    live = Engine()
    live.publish({each.uin: each for each in accounts}, (), 1)
    return live


def ask(of, action, resource="*", principal=ALICE):
    """The decision of one account, asked by its user 100001 unless told otherwise."""
    return engine(of).decide(parse_request(principal, action, resource, {}))


def scopes_of(attached, owner):
    """The scopes of a policy's statements, for a principal of `owner` without values of variables."""
    return [scope for rule in Rules([Attachment(attached, "user/100001")], owner, [{}]) for scope in rule.scopes]


def finished(steps):
    """What long work answers when nobody else wants to go first."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value
