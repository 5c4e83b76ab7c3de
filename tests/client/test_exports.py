import subprocess
import sys

import authz.client
import authz.enforcement


def test_every_public_name_is_there():
    for package in (authz.client, authz.enforcement):
        assert all(hasattr(package, name) for name in package.__all__)


def test_a_client_alone_does_not_load_the_interceptors():
    loaded = "import sys, authz.client; print('authz.enforcement' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True).stdout == "False\n"
