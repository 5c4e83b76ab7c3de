import grpc
import pytest

from authz.cli.bench.floor import FloorMode
from authz.cli.bench.process import running_floor
from tests.waiting import DEADLINE

CHECK = "/authz.v1.AuthorizationService/Check"


@pytest.mark.parametrize("mode", list(FloorMode))
def test_every_floor_answers_a_real_client(mode):
    with running_floor(mode) as running, grpc.insecure_channel(running.address) as channel:
        assert channel.unary_unary(CHECK)(b"", timeout=DEADLINE)
