"""What tests of the control plane share: a plane on a database with one account, and its callers."""

import json

from authz.control.caller import Caller
from authz.control.plane import ControlPlane
from authz.store.author import Channel
from tests.builders import ROOT_UIN, allow, document

OTHER_UIN = "87654321"
IM_ALL = document(allow("name/im:*"))
SMS_ALL = document(allow("name/sms:*"))
NOW = 1_700_000_000.0


class Clock:
    """A clock that tests set."""

    def __init__(self, now=NOW):
        self.now = now

    def __call__(self):
        return self.now


def root(account=ROOT_UIN):
    """The root account, by the API."""
    return Caller.root(account, Channel.API, "request-1", "192.0.2.1")


def user(uin, account=ROOT_UIN):
    """A sub-account, by the API."""
    return Caller.user(account, uin, Channel.API, "request-2", "192.0.2.2")


def trust_of(*principals):
    """A trust policy for `qcs` principals."""
    statement = {"effect": "allow", "action": "name/sts:AssumeRole", "principal": {"qcs": list(principals)}}
    return json.dumps({"version": "2.0", "statement": [statement]})


ROOT_TRUST = trust_of(f"qcs::cam::uin/{ROOT_UIN}:root")


def new_plane(database, **more):
    """A control plane whose database has the two accounts of the tests."""
    plane = ControlPlane(database, clock=Clock(), **more)
    for uin in (ROOT_UIN, OTHER_UIN):
        plane.accounts.create_account(root(uin), uin=uin, app_id="1250000000" if uin == ROOT_UIN else "")
    return plane


def items(plane):
    """Every change that the log holds, as (action, entity, before, after)."""
    with plane.database.read() as reader:
        return [(each.action, *item) for each in reader.changes.since(0, 10**6) for item in _items(each)]


def _items(change):
    return [(item.entity, item.before, item.after) for item in change.items]
