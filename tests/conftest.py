"""Fixtures that tests of several folders share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from authz.server.transport import TransportKind

PROXIES = ("http_proxy", "https_proxy", "grpc_proxy", "all_proxy")
for name in (each for proxy in PROXIES for each in (proxy, proxy.upper())):
    os.environ.pop(name, None)  # tests ask servers of their own on loopback

# A busy machine is no fault of the code, and nothing fails by chance: the same examples are tried each time.
# `--hypothesis-profile searching` tries others.
settings.register_profile("searching", deadline=None)
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("repeatable")

ROOT = Path(__file__).parents[1]


def pytest_collection_modifyitems(items):
    """Tests that run in several processes are known by their names: those are the same in each."""
    if changing := [item.nodeid for item in items if " at 0x" in item.nodeid]:
        raise pytest.UsageError("give these parameters `ids`: " + "; ".join(changing))


@pytest.fixture(scope="session")
def shared():
    """The folder of reference material beside this checkout; tests that need it are skipped where it is absent."""
    folder = ROOT.parent / "shared"
    if not (folder / "reference").is_dir():
        pytest.skip("the reference material is not beside this checkout")
    return folder


@pytest.fixture(scope="module", params=TransportKind, ids=lambda kind: kind.value)
def transport(request):
    """Sidecars that are started while this lasts serve by it: for the tests of whatever holds with either."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "AUTHZ_SERVE_TRANSPORT", request.param.value)
        yield request.param
