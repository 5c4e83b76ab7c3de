import grpc
import pytest

from tests.load.baseline import BaselineMode
from tests.load.processes import running_baseline
from tests.waiting import DEADLINE

CHECK = "/authz.v1.AuthorizationService/Check"


@pytest.mark.parametrize("mode", list(BaselineMode))
def test_every_floor_answers_a_real_client(mode):
    with running_baseline(mode) as running, grpc.insecure_channel(running.address) as channel:
        assert channel.unary_unary(CHECK)(b"", timeout=DEADLINE)
