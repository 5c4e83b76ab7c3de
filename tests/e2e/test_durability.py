"""A control plane killed amid mutations, and two of them on one database: each mutation is whole or not there."""

import random

from tests.control_plane import ControlPlaneProcess
from tests.load.mutations import Follower, Mutations, assert_whole, contest, decisions, kill_amid
from tests.sidecar import Sidecar


def test_killed_mutations_are_wholly_there_or_not_and_answered_ones_are_there(database_url, tmp_path):
    mutations, plane = Mutations(1), ControlPlaneProcess(database_url, tmp_path)
    with plane, Sidecar(database_url) as sidecar:
        for _ in kill_amid(plane, mutations, 25, 4, random.Random(1)):
            assert_whole(database_url, mutations.answered)
        followed = decisions(sidecar, database_url)
        with Sidecar(database_url) as fresh:
            assert followed == decisions(fresh, database_url)
    assert len(mutations.answered) + mutations.unanswered == mutations.sent + 2


def test_two_control_planes_lose_no_update_and_give_no_name_twice(postgresql_url, tmp_path):
    one = ControlPlaneProcess(postgresql_url, tmp_path)
    (tmp_path / "other").mkdir()
    with one, ControlPlaneProcess(postgresql_url, tmp_path / "other", root=one.root) as other:
        clients = [plane.client() for plane in (one, other) for _ in range(2)]
        crossed = [clients[0], clients[2], clients[1], clients[3]]
        with Follower(postgresql_url) as follower:
            answered, refused = contest(crossed, 40)
    assert assert_whole(postgresql_url, answered) == len(answered)
    assert len(answered) + len(refused) == 44
    assert follower.seen == len(answered) + 1
