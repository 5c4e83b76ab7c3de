"""The product on the worlds and requests of the specification, its answers in the same form."""

import json

from authz.accounts.build import AttachmentsText, PolicyText, build_account
from authz.engine.live import Engine
from authz.engine.request import parse_request
from authz.language.json_text import read_json
from authz.v1 import authz_pb2
from tests.spec.model import Verdict


def engine_on(world):
    """An engine with all accounts of a world in force, read from their texts as a source would."""
    accounts = [_account(account) for account in world.values()]
    engine = Engine()
    engine.publish({account.uin: account for account in accounts}, (), 1)
    return engine


def _account(account):
    policies = [PolicyText(name, f"{name}.json", json.dumps(value)) for name, value in account["policies"].items()]
    return build_account(AttachmentsText("attachments", read_json(json.dumps(account["attachments"]))), policies)


def verdict(engine, request):
    """What the engine decides."""
    context = {key: tuple(values) for key, values in request.context.items()}
    decision = engine.decide(parse_request(request.principal, request.action, request.resource, context, request.time))
    ref = decision.statement
    return Verdict(decision.allowed, decision.reason.name, ref and (ref.policy, ref.index, ref.attached_to))


def message(request):
    """The request as it goes over the wire, where the clock is the server's."""
    context = {key: authz_pb2.ContextValue(values=values) for key, values in request.context.items()}
    return authz_pb2.CheckRequest(
        principal=request.principal, action=request.action, resource=request.resource, context=context
    )


def told(response):
    """What a CheckResponse says."""
    ref = response.statement
    statement = (ref.policy, ref.index, ref.attached_to) if response.HasField("statement") else None
    return Verdict(response.allowed, authz_pb2.Reason.Name(response.reason).removeprefix("REASON_"), statement)
