import asyncio
import socket

from authz.accounts.presets import find_preset
from authz.app.workers.link import Accounts, Failed, Link, Metrics, Publish
from authz.telemetry.metrics_snapshot import CallCount, ServiceSnapshot
from tests.builders import account, allow, deny, policy

CONDITION = {
    "string_like": {"qcs:resource_tag/${principal_tag_key}": "a*"},
    "date_less_than": {"qcs:current_time": "2030-01-01T00:00:00Z"},
}
OWN = [
    policy("p", allow(["im:*", "sms:Send*"], "qcs::im::uin/12345678:sdkappid/${uin}", condition=CONDITION), deny("*"))
]


def over(*messages):
    """What the other side receives, until this one hangs up."""

    async def scenario():
        one, other = [await Link.open(end) for end in socket.socketpair()]
        for message in messages:
            await one.send(message)
        one.close()
        received = [await other.receive() for _ in range(len(messages) + 1)]
        other.close()
        return received

    return asyncio.run(scenario())


def test_what_is_sent_is_received_as_it_was_and_then_nothing():
    messages = [
        Accounts((account(own=OWN, boundary=OWN[0]), account(uin="2"))),
        Publish(frozenset({"3"}), 7),
        Metrics(1, ServiceSnapshot(calls=(CallCount("Check", "OK", 5),))),
        Failed("no"),
    ]
    assert over(*messages) == [*messages, None]


def test_presets_are_those_that_the_process_has_already():
    preset = find_preset("QcloudIMReadOnlyAccess")
    [received, _] = over(Accounts((account(own=[preset]),)))
    assert received.accounts[0].users["100001"].policies[0] is preset
