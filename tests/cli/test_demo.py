"""The options of `authz demo`; the demo itself is run in tests/app/demo."""

import pytest

from tests.control_plane import authz


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--http", "unix:/x"), "HTTP is served on `host:port`, not on a Unix socket"),
        (("--http", "8080"), "`8080` is not `host:port` or `unix:/path`"),
        (("--listen", "unix:"), "has no path"),
        (("--keep", __file__), "is a file"),
    ],
)
def test_options_that_cannot_be(options, message):
    outcome = authz("demo", *options)
    assert (outcome.returncode, outcome.stdout) == (2, "")
    assert message in " ".join(outcome.stderr.split())
