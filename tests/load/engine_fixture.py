"""Policies, accounts and questions made in memory for measuring the engine, the same every time."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from authz.accounts.model import Account, Policy, User
from authz.engine.request import Context, Request, parse_request
from authz.engine.sharded_map import ShardedMap
from authz.engine.snapshot import AccountState, Lease, Snapshot
from authz.language.document import PolicyDocument, PolicyKind
from authz.language.parse import parse_document
from authz.language.report import Report

STATEMENTS_PER_POLICY = 2
ASKED_USERS = 32
"""So many users are asked in every world, so that a larger one differs by what is not asked about alone."""

_QUESTIONS_PER_USER = 16
_FIRST_UIN = 10_000_000
_FIRST_USER = 100_001
_FIRST_APP = 1_400_000_000
_IM_ACTIONS = ("RemoveUser", "ModifyAppInfo", "DescribeSdkAppInfo", "DestroyGroup", "GetGroupInfo")
_SMS_ACTIONS = ("DescribeAppInfo", "ModifyFreqRule", "DeleteAppInfo")
_CONDITION = {"ip_equal": {"qcs:ip": ["10.0.0.0/8", "192.168.0.0/16"]}, "string_equal": {"app:stage": "production"}}
CONTEXT: Context = {"qcs:ip": ("10.1.2.3",), "app:stage": ("production",)}
"""What questions of a world with conditions carry; it meets them."""


@dataclass(frozen=True, slots=True)
class Question:
    """A request as texts."""

    principal: str
    action: str
    resource: str
    context: Context

    def parse(self) -> Request:
        """The request understood."""
        return parse_request(self.principal, self.action, self.resource, self.context)


@dataclass(frozen=True, slots=True)
class World:
    """What is measured on: a snapshot, and questions in a random order to the same number of users in every world."""

    snapshot: Snapshot
    questions: tuple[Question, ...]


def app_of(uin: str, number: int) -> str:
    """The IM application that policy `number` is about."""
    return f"qcs::im::uin/{uin}:sdkappid/{_FIRST_APP + number}"


def statements_of(uin: str, number: int) -> list[dict[str, Any]]:
    """Policy `number` of an account: five shapes in turn, of exact resources, prefixes and a bare `*`."""
    app, family = app_of(uin, number), f"qcs::im::uin/{uin}:sdkappid/15{number:07}*"
    sms = f"qcs::sms::uin/{uin}:app/{_FIRST_APP + number}"
    shapes = (
        (("allow", ["name/im:*"], [app]), ("deny", ["im:RemoveUser", "im:Destroy*"], [app])),
        (("allow", ["name/sms:*"], [sms]), ("deny", ["sms:DeleteAppInfo"], [sms])),
        (("allow", ["im:Get*", "im:Describe*"], [family]), ("allow", ["im:ModifyAppInfo"], [app, app_of(uin, 0)])),
        (("allow", ["sms:Describe*"], ["*"]), ("deny", ["im:DestroyGroup"], [family])),
        (("allow", ["name/im:*", "name/sms:*"], [app, sms]), ("allow", ["im:ModifyAppInfo"], [family])),
    )
    return [
        {"effect": effect, "action": actions, "resource": resources}
        for effect, actions, resources in shapes[number % len(shapes)]
    ]


def documents(uin: str, policies: int, *, conditional: bool = False) -> dict[str, dict[str, Any]]:
    """The policies of an account as plain values, by name; `conditional` puts every statement under conditions."""
    more = {"condition": _CONDITION} if conditional else {}
    return {
        f"app-{number}": {"version": "2.0", "statement": [each | more for each in statements_of(uin, number)]}
        for number in range(policies)
    }


def holders(policies: int, held: int) -> dict[str, list[str]]:
    """Users and the names of the `held` policies of each, so that every policy is held by somebody."""
    users = max(ASKED_USERS, -(-policies // held))
    return {
        str(_FIRST_USER + user): [f"app-{(user * held + step) % policies}" for step in range(min(held, policies))]
        for user in range(users)
    }


def one_account(policies: int, statements: int, *, conditional: bool = False) -> World:
    """An account of so many policies, of which every user holds `statements` statements."""
    uin = str(_FIRST_UIN)
    texts = documents(uin, policies, conditional=conditional)
    held = holders(policies, max(1, statements // STATEMENTS_PER_POLICY))
    account = build_account(uin, texts, held)
    return World(_snapshot([account]), tuple(ask_users(uin, held, policies, conditional=conditional)))


def many_accounts(accounts: int, statements: int) -> World:
    """So many accounts, each with users of `statements` statements; those asked are spread over them.

    Only accounts that are asked have policies of their own: what the others hold is never read.
    """
    policies = statements // STATEMENTS_PER_POLICY
    users = -(-ASKED_USERS // accounts)
    step = max(1, accounts // ASKED_USERS)
    held = {str(_FIRST_USER + user): [f"app-{number}" for number in range(policies)] for user in range(users)}
    template = build_account("1", documents("1", policies), held)
    built: list[Account] = []
    questions: list[Question] = []
    for number in range(accounts):
        uin = str(_FIRST_UIN + number)
        if number % step == 0 and len(questions) < ASKED_USERS * _QUESTIONS_PER_USER:
            built.append(build_account(uin, documents(uin, policies), held))
            questions += ask_users(uin, held, policies)
        else:
            built.append(replace(template, uin=uin))
    random.Random(1).shuffle(questions)
    return World(_snapshot(built), tuple(questions))


def build_account(uin: str, texts: Mapping[str, dict[str, Any]], held: Mapping[str, Sequence[str]]) -> Account:
    """An account of the policies given, and users who hold them by name."""
    policies = {name: Policy(name, _parsed(value)) for name, value in texts.items()}
    users = {user: User(user, "", tuple(policies[name] for name in names)) for user, names in held.items()}
    return Account(uin, "", users, {}, {}, policies)


def ask_users(
    uin: str, held: Mapping[str, Sequence[str]], policies: int, *, conditional: bool = False
) -> Iterator[Question]:
    """Questions of the first users: about applications of theirs and of others, each action in turn, shuffled."""
    rnd = random.Random(uin)
    context = CONTEXT if conditional else {}
    found = []
    for user in list(held)[:ASKED_USERS]:
        own = [int(name.removeprefix("app-")) for name in held[user]]
        for turn in range(_QUESTIONS_PER_USER):
            number = rnd.choice(own) if turn % 4 else rnd.randrange(policies)
            action, resource = _asked(uin, number, rnd)
            found.append(Question(f"qcs::cam::uin/{uin}:uin/{user}", action, resource, context))
    rnd.shuffle(found)
    yield from found


def _asked(uin: str, number: int, rnd: random.Random) -> tuple[str, str]:
    if number % 5 == 1 or (number % 5 == 4 and rnd.random() < 0.5):
        return f"sms:{rnd.choice(_SMS_ACTIONS)}", f"qcs::sms::uin/{uin}:app/{_FIRST_APP + number}"
    in_family = number % 5 in (2, 3) or rnd.random() < 0.2
    resource = f"qcs::im::uin/{uin}:sdkappid/15{number:07}77" if in_family else app_of(uin, number)
    return f"im:{rnd.choice(_IM_ACTIONS)}", resource


def _parsed(value: dict[str, Any]) -> PolicyDocument:
    report = Report()
    document = parse_document(value, PolicyKind.IDENTITY, report)
    assert document is not None, report.findings
    return document


def _snapshot(accounts: Sequence[Account]) -> Snapshot:
    return Snapshot(1, ShardedMap({account.uin: AccountState(account) for account in accounts}), Lease())
