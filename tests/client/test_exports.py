import subprocess
import sys

import pytest

import authz.client
from authz.client import delegation


def test_the_interceptors_are_found_beside_the_clients():
    for name in ("AsyncAuthorizationInterceptor", "AuthorizationInterceptor", "AuthorizationMiddleware"):
        assert getattr(authz.client, name) is getattr(delegation, name)
    assert all(hasattr(authz.client, name) for name in authz.client.__all__)


def test_a_client_alone_does_not_load_them():
    loaded = "import sys, authz.client; print('authz.client.delegation' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True).stdout == "False\n"


def test_any_other_name_is_unknown():
    with pytest.raises(AttributeError, match="NoSuchClient"):
        _ = authz.client.NoSuchClient
