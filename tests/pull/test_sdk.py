import subprocess
import sys

import pytest

from authz.pull.errors import PullError
from authz.pull.sdk import parse_endpoint


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://cam.tencentcloudapi.com", ("https", "cam.tencentcloudapi.com")),
        ("cam.ap-guangzhou.tencentcloudapi.com", ("https", "cam.ap-guangzhou.tencentcloudapi.com")),
        ("http://127.0.0.1:8080/", ("http", "127.0.0.1:8080")),
    ],
)
def test_an_endpoint_has_its_scheme(text, expected):
    assert parse_endpoint(text) == expected


@pytest.mark.parametrize("text", ["", "ftp://a", "https://", "https://a/path", "https://a?x=1"])
def test_anything_else_is_refused(text):
    with pytest.raises(PullError, match="is not an endpoint; expected one such as https://cam"):
        parse_endpoint(text)


def test_the_sdk_is_imported_by_the_first_pull_alone():
    program = "import sys, authz.app.pull, authz.cli.pull_command; print('tencentcloud' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert result.stdout == "False\n"
