import asyncio
import socket

from authz.accounts.presets import find_preset
from authz.app.workers.link import Accounts, Counted, Failed, Link, Publish
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
    """What the other side hears, until this one hangs up."""

    async def scenario():
        one, other = [await Link.open(end) for end in socket.socketpair()]
        for message in messages:
            await one.send(message)
        one.close()
        heard = [await other.receive() for _ in range(len(messages) + 1)]
        other.close()
        return heard

    return asyncio.run(scenario())


def test_what_is_sent_is_heard_as_it_was_and_then_nothing():
    messages = [
        Accounts((account(own=OWN, boundary=OWN[0]), account(uin="2"))),
        Publish(frozenset({"3"}), 7),
        Counted(1, ServiceSnapshot(calls=(CallCount("Check", "OK", 5),))),
        Failed("no"),
    ]
    assert over(*messages) == [*messages, None]


def test_presets_are_those_that_the_process_has_already():
    preset = find_preset("QcloudIMReadOnlyAccess")
    [heard, _] = over(Accounts((account(own=[preset]),)))
    assert heard.accounts[0].users["100001"].policies[0] is preset
