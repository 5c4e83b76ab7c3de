"""What the blocking client alone does: it serves many threads. The rest it shares with its twin, in test_aio."""

import inspect
from concurrent.futures import ThreadPoolExecutor

import pytest

from authz.client import AsyncClient, Client, Question
from tests.sidecar import EXAMPLE, Sidecar, user
from tests.waiting import DEADLINE

SHARED = ["check", "check_all", "batch", "allowed_resources", "explain", "close"]


@pytest.mark.parametrize("cache_size", [0, 2, 100])
def test_many_threads_share_one_client(cache_size):
    asked = [Question(user(100001 + number % 14), "im:AddUser", "*") for number in range(400)]
    with (
        Sidecar(EXAMPLE) as sidecar,
        Client(sidecar.socket, timeout=DEADLINE, cache_size=cache_size) as client,
        ThreadPoolExecutor(8) as pool,
    ):
        expected = client.batch(asked)
        answers = list(pool.map(lambda each: client.check(each.principal, each.action, each.resource), asked))
    assert answers == expected


@pytest.mark.parametrize("name", SHARED)
def test_the_twins_have_the_same_shape(name):
    ours, theirs = getattr(Client, name), getattr(AsyncClient, name)
    assert inspect.signature(ours) == inspect.signature(theirs)
    assert ours.__doc__ == theirs.__doc__
    assert inspect.iscoroutinefunction(theirs)
    assert not inspect.iscoroutinefunction(ours)


def test_the_twins_have_the_same_public_methods():
    assert {name for name in vars(Client) if name[0] != "_"} == set(SHARED)
    assert {name for name in vars(AsyncClient) if name[0] != "_"} == set(SHARED)
