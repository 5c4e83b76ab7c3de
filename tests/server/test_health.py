"""Health as bytes: what is said, and who hears of a change."""

import asyncio
from contextlib import suppress

import pytest
from grpc_health.v1 import health_pb2

from authz.errors import DrainingError, InvalidRequestError, UnknownServiceError
from authz.server.health import Health

Status = health_pb2.HealthCheckResponse


def asked(service=""):
    return health_pb2.HealthCheckRequest(service=service).SerializeToString()


def said(answer):
    return Status.ServingStatus.Name(Status.FromString(answer).status)


def test_it_serves_when_it_says_so():
    health = Health(("", "s"))
    heard = [said(health.check(asked("s")))]
    for is_serving in (True, False):
        health.report(is_serving=is_serving)
        heard.append(said(health.check(asked())))
    assert heard == ["NOT_SERVING", "SERVING", "NOT_SERVING"]


def test_a_service_that_is_not_here_has_no_health():
    with pytest.raises(UnknownServiceError, match="`other`"):
        Health(("",)).check(asked("other"))


def test_a_request_that_is_none_is_refused():
    with pytest.raises(InvalidRequestError):
        Health(("",)).check(b"\xff")


async def heard_by(health, service):
    heard = []
    with suppress(DrainingError):
        async for message in health.watch(asked(service)):
            heard += [said(message)]
    return heard


def test_all_who_watch_hear_of_every_change_also_after_one_of_them_left():
    async def scenario():
        health = Health(("",))
        leaving, *staying = [asyncio.create_task(heard_by(health, service)) for service in ("", "", "", "other")]
        for is_serving in (True, True, False):
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            health.report(is_serving=is_serving)
            leaving.cancel()
        health.end()
        return await asyncio.gather(*staying)

    assert asyncio.run(scenario()) == [
        ["NOT_SERVING", "SERVING", "NOT_SERVING"],
        ["NOT_SERVING", "SERVING", "NOT_SERVING"],
        ["SERVICE_UNKNOWN"],
    ]
