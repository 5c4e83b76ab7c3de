"""Decides questions by the engine of the checkout on its path, for `versus`, of which it imports nothing else.

For each line `name<TAB>number` on standard input it decides that many questions and prints the seconds of processor
time that one decision took.
"""

import itertools
import json
import os
import sys
import tempfile
from pathlib import Path
from time import process_time

from authz import Engine, parse_request

_UIN, _APPS = "10000000", 10
_OFFICE = {"qcs:ip": ("10.1.2.3",)}
_ELSEWHERE = {"qcs:ip": ("203.0.113.7",)}
_OTHER = {"app:trace": ("0af7651916cd43dd8448eb211c80319c",)}
QUESTIONS = {
    "allowed": ("100001", "im:AddUser", {}),
    "denied": ("100001", "im:RemoveUser", {}),
    "a context that is read": ("100002", "im:AddUser", _OFFICE),
    "a context that is not read": ("100001", "im:AddUser", _OTHER),
    "a denied condition": ("100002", "im:AddUser", _ELSEWHERE),
}


def write_account(root: Path) -> None:
    """A user with plain policies, and one whose allows have conditions."""
    (root / "policies").mkdir()
    office = {"ip_equal": {"qcs:ip": ["10.0.0.0/8"]}}
    for number in range(_APPS):
        app = [f"qcs::im::uin/{_UIN}:sdkappid/{1_400_000_000 + number}"]
        allow = {"effect": "allow", "action": ["name/im:*"], "resource": app}
        deny = {"effect": "deny", "action": ["name/im:RemoveUser"], "resource": app}
        for name, statements in (("plain", [allow, deny]), ("office", [allow | {"condition": office}, deny])):
            document = {"version": "2.0", "statement": statements}
            (root / "policies" / f"{name}-{number}.json").write_text(json.dumps(document))
    users = [
        {"uin": uin, "name": kind, "policies": [f"{kind}-{number}" for number in range(_APPS)]}
        for uin, kind in (("100001", "plain"), ("100002", "office"))
    ]
    (root / "attachments.yaml").write_text(json.dumps({"account": _UIN, "users": users}))


def main() -> None:
    """Answer until standard input ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # an engine that prints does not print among the answers
    with tempfile.TemporaryDirectory() as folder:
        write_account(Path(folder))
        engine = Engine.from_directory(folder)
    for line in sys.stdin:
        name, number = line.rstrip("\n").split("\t")
        uin, action, context = QUESTIONS[name]
        requests = [
            parse_request(
                f"qcs::cam::uin/{_UIN}:uin/{uin}",
                action,
                f"qcs::im::uin/{_UIN}:sdkappid/{1_400_000_000 + app}",
                context,
            )
            for app in range(_APPS)
        ]
        decide = engine.decide
        began = process_time()
        for request in itertools.islice(itertools.cycle(requests), int(number)):
            decide(request)
        print((process_time() - began) / int(number), file=answers)


if __name__ == "__main__":
    main()
