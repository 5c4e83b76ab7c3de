"""Callers that ask to fill the memory: `python -m tests.load.memory_attacks NAME ADDRESS SECONDS`.

It asks, and tells as JSON how many calls were answered and refused. The accounts are those of `write_world`, beside
those of `authz.cli.bench.workload`.
"""

import itertools
import json
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from authz.cli.bench.load_generator import closed_loop
from authz.cli.bench.load_questions import batch_of
from authz.cli.bench.workload import write_attachments
from authz.v1 import authz_pb2

_SERVICE = "/authz.v1.AuthorizationService/"
_ACCOUNT = 20_000_000
_ACCOUNTS, _USERS, _STATEMENTS = 10, 1000, 20
_CAREFUL = 100_001 + _USERS  # a user with a hundred allows under conditions


@dataclass(frozen=True, slots=True)
class Attack:
    """`messages` of one method, as long as there is time."""

    name: str
    method: str
    messages: Callable[[], Iterator[bytes]]
    in_flight: int = 4

    def run(self, address, seconds):
        end = time.monotonic() + seconds
        asked = itertools.takewhile(lambda _: time.monotonic() < end, self.messages())
        return closed_loop(address, _SERVICE + self.method, asked, self.in_flight)


def write_world(root, accounts=_ACCOUNTS, users=_USERS):
    """Accounts of many users with ordinary policies, and one user each whose policies all ask for conditions."""
    for number in range(accounts):
        uin = str(_ACCOUNT + number)
        policies = {f"open-{n}": _open(n) for n in range(_STATEMENTS // 2)}
        policies |= {f"careful-{n}": _careful(n) for n in range(20)}
        folder = Path(root, uin)
        (folder / "policies").mkdir(parents=True)
        for name, statements in policies.items():
            text = json.dumps({"version": "2.0", "statement": statements})
            (folder / "policies" / f"{name}.json").write_text(text)
        held = [name for name in policies if name.startswith("open")]
        people = [{"uin": str(100_001 + n), "name": f"user-{n}", "policies": [*held]} for n in range(users)]
        careful = [name for name in policies if name.startswith("careful")]
        people.append({"uin": str(_CAREFUL), "name": "careful", "policies": careful})
        write_attachments(folder, {"account": uin, "users": people})


def _open(number):
    mine = ["qcs::im:::user/${uin}/*", f"qcs::im:::sdkappid/14{number:02}*"]
    return [
        {"effect": "allow", "action": ["im:*", "sms:*"], "resource": mine},
        {"effect": "deny", "action": "im:Remove*", "resource": f"qcs::im:::sdkappid/15{number:02}*"},
    ]


def _careful(number):
    return [
        {
            "effect": "allow",
            "action": "im:*",
            "resource": "*",
            "condition": {
                "ip_equal": {"qcs:ip": [f"10.{number}.{n}.0/24", f"10.{number}.{n + 100}.0/24"]},
                "for_any_value:string_equal": {"k": [f"team-{number}-{n}", "staff"]},
            },
        }
        for n in range(5)
    ]


def check(user=100_001, action="im:AddUser", resource="1400000001", account=_ACCOUNT, **context):
    return authz_pb2.CheckRequest(
        principal=f"qcs::cam::uin/{account}:uin/{user}",
        action=action,
        resource=f"qcs::im::uin/{account}:sdkappid/{resource}",
        context={key: authz_pb2.ContextValue(values=values) for key, values in context.items()},
    )


def _long_ids():
    for number in range(300):
        yield check(resource=f"{number:06}" + "x" * 1_000_000).SerializeToString()


def _kilobyte_ids():
    for number in range(100_000):
        yield check(resource=f"{number:06}" + "x" * 3000).SerializeToString()


def _denials():
    for number in range(40_000):
        yield check(_CAREFUL, resource=str(number)).SerializeToString()


def _batches(checks):
    """Of a thousand each."""
    while items := [each.SerializeToString() for each in itertools.islice(checks, 1000)]:
        yield batch_of(items)


def _names():
    return _batches(check(100_001 + user, f"im:MadeUp{name}") for name in range(4096) for user in range(_USERS))


def _principals():
    return _batches(
        check(100_001 + user, f"{service}:AddUser", account=_ACCOUNT + account)
        for service in ("im", "sms")
        for account in range(_ACCOUNTS)
        for user in range(_USERS)
    )


def _huge_contexts():
    for _ in range(3):
        yield check(_CAREFUL, k=map(str, range(120_000))).SerializeToString()


def _full_contexts():
    for number in range(3000):
        yield check(_CAREFUL, k=[f"{number:04}" + "x" * 600] * 100).SerializeToString()


def _explained(value, count, times):
    for number in range(times):
        asked = check(_CAREFUL, k=[f"{number:04}{value}"] * count)
        yield authz_pb2.ExplainRequest(check=asked).SerializeToString()


ATTACKS = [
    Attack("300 ids of 1 MB", "Check", _long_ids),
    Attack("100,000 ids of 3 KB", "Check", _kilobyte_ids, 16),
    Attack("40,000 denials with conditions", "Check", _denials, 16),
    Attack("4,096 action names of 1,000 users", "BatchCheck", _names, 2),
    Attack("10,000 users of 10 accounts", "BatchCheck", _principals, 2),
    Attack("3 contexts of 120,000 values", "Check", _huge_contexts, 1),
    Attack("3,000 contexts of 60 KB", "Check", _full_contexts),
    Attack("20 explanations of 1 MB of context", "Explain", lambda: _explained("x" * 10_000, 100, 20)),
    Attack("50 explanations of 60 KB of context", "Explain", lambda: _explained("x" * 600, 100, 50)),
]


def main():
    name, address, seconds = sys.argv[1:]
    figures = next(each for each in ATTACKS if each.name == name).run(address, float(seconds))
    print(json.dumps({"answered": figures.answered, "refused": figures.failed, "seconds": figures.seconds}))


if __name__ == "__main__":
    main()
