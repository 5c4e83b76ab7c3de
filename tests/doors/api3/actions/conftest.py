"""A control plane whose account is filled, for the tests of one module."""

import pytest

from tests.control_plane import ControlPlaneProcess
from tests.doors.api3.actions.world import make_world


@pytest.fixture(scope="module")
def plane(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plane")
    with ControlPlaneProcess(f"sqlite:///{folder}/control.db", folder) as running:
        yield running


@pytest.fixture(scope="module")
def world(plane):
    return make_world(plane)
