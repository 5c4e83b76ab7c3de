"""The product on the same plain accounts and requests."""

import json

from authz.accounts.build import AttachmentsText, PolicyText, build_account
from authz.engine.evaluate import evaluate
from authz.engine.live import Engine
from authz.engine.request import parse_request
from authz.language.json_text import read_json

NO_TRUST = {
    "version": "2.0",
    "statement": {"effect": "allow", "action": "sts:AssumeRole", "principal": {"service": "x"}},
}


def attachments(account):
    """The account as an attachments file has it."""
    value = {"account": account["uin"], "users": [{"uin": uin, **held(user)} for uin, user in account["users"].items()]}
    value["groups"] = [{"name": name, "policies": policies} for name, policies in account["groups"].items()]
    value["roles"] = [{"name": name, "trust": NO_TRUST, **held(role)} for name, role in account["roles"].items()]
    return value | ({"app_id": account["app_id"]} if account["app_id"] else {})


def held(holder):
    return {key: value for key, value in holder.items() if value}


def engine_of(account):
    """An engine with that account in force, built from texts as a source would."""
    policies = [PolicyText(name, name, json.dumps(document)) for name, document in account["documents"].items()]
    built = build_account(AttachmentsText("attachments", read_json(json.dumps(attachments(account)))), policies)
    engine = Engine()
    engine.publish({built.uin: built}, (), 1)
    return engine


def decide(engine, principal, action, resource, context, time):
    """Reason and deciding statement, as the specification tells them."""
    keys = {key: tuple(values) for key, values in context.items()}
    decision = evaluate(engine.live, parse_request(principal, action, resource, keys, time))
    ref = decision.statement
    return decision.reason.name, (ref.policy, ref.index, ref.attached_to) if ref else None
