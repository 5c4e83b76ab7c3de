"""Where a cold check goes, from its bytes to its answer: `python -m tests.house.walk [--calls]`.

Each question is asked of a decision point that compiled its caller's plan before, with a cache that does not know it.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import click
import grimp

import authz
from authz.pdp.cache import DecisionCache
from authz.pdp.check import Checker
from tests.builders import ALICE, APP_1, APP_2, account, allow, deny, engine, im_app, policy
from tests.sidecar import check_request

PACKAGE = str(Path(authz.__file__).parent)
FAR = im_app(1500000000)
POLICIES = [
    policy("open", allow("im:*", [APP_1, APP_2]), deny("im:RemoveUser")),
    policy("office", allow("sms:*", condition={"ip_equal": {"qcs:ip": "10.0.0.0/8"}})),
]
IN_OFFICE = {"qcs:ip": ["10.0.0.1"], "trace": ["1"]}
ABROAD = {"qcs:ip": ["192.0.2.1"], "trace": ["2"]}
WALKS = {
    # what is asked, after what was asked before
    "a prefix that was met, allowed": ([("im:AddUser", APP_1, {})], ("im:AddUser", APP_2, {})),
    "a prefix that was met, denied": ([("im:AddUser", APP_1, {})], ("im:AddUser", FAR, {})),
    "a new prefix": ([("im:GetUser", "*", {})], ("im:GetUser", APP_1, {})),
    "a context that is not read": ([("im:AddUser", APP_1, {})], ("im:AddUser", APP_2, {"trace": ["1"]})),
    "conditions, allowed": ([("sms:X", APP_1, IN_OFFICE)], ("sms:X", APP_2, IN_OFFICE)),
    "conditions, denied": ([("sms:X", APP_1, IN_OFFICE)], ("sms:X", APP_2, ABROAD)),
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a function of the package, and the module of the function of the package that made it, if any."""

    caller: str
    module: str
    function: str


def walk(before, asked):
    """All calls by which a cold check is answered, in order."""
    checker = Checker(engine(account(own=POLICIES)), DecisionCache(100))
    for each in before:
        checker.check(_encoded(*each))
    data, calls = _encoded(*asked), []

    def look(frame, event, _argument):
        # A comprehension is part of the function that it stands in.
        if event == "call" and (module := _module(frame)) and not frame.f_code.co_name.startswith("<"):
            calls.append(Call(_calling(frame), module, frame.f_code.co_qualname))

    sys.setprofile(look)
    try:
        checker.check(data)
    finally:
        sys.setprofile(None)
    return calls


def _encoded(action, resource, context):
    return check_request(ALICE, action, resource, **context).SerializeToString(deterministic=True)


def _module(frame):
    path = frame.f_code.co_filename
    return path.removeprefix(PACKAGE)[1:].removesuffix(".py").replace("/", ".") if path.startswith(PACKAGE) else ""


def _calling(frame):
    outer = frame.f_back
    while outer is not None and not _module(outer):
        outer = outer.f_back
    return "" if outer is None else _module(outer)


def stays(calls):
    """The modules in the order in which calls enter them, each once for all calls in a row."""
    return [call.module for at, call in enumerate(calls) if at == 0 or calls[at - 1].module != call.module]


def from_below(calls):
    """The calls of a module by one that it stands on: that imports nothing of it, but is imported by it."""
    graph = grimp.build_graph("authz", cache_dir=None)
    return [
        call
        for call in calls
        if call.caller not in ("", call.module)
        and graph.chain_exists(importer=f"authz.{call.module}", imported=f"authz.{call.caller}")
    ]


@click.command()
@click.option("--calls", "is_long", is_flag=True, help="Print every call too.")
def main(is_long):
    """Print a line for each walk."""
    click.echo(f"{'a cold check of':34} {'calls':>5} {'modules':>7} {'stays':>5} {'returns':>7} {'from below':>10}")
    for name, (before, asked) in WALKS.items():
        calls = walk(before, asked)
        entered = stays(calls)
        modules = len(set(entered))
        upward = from_below(calls)
        click.echo(f"{name:34} {len(calls):5} {modules:7} {len(entered):5} {len(entered) - modules:7} {len(upward):10}")
        for call in calls if is_long else ():
            click.echo(f"    {call.module} {call.function}{'  <- ' + call.caller if call in upward else ''}")


if __name__ == "__main__":
    main()
