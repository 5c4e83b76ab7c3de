"""Both transports, for the tests of whatever holds with either."""

import os

import pytest

from authz.server.transport import TransportKind


@pytest.fixture(scope="module", params=TransportKind, ids=lambda kind: kind.value)
def transport(request):
    """Sidecars that are started while this lasts serve by it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "AUTHZ_SERVE_TRANSPORT", request.param.value)
        yield request.param
