import importlib.util
import sys

import pytest

from authz.errors import AuthzError
from tests.load.plot import draw, load_pyplot

ROWS = [{"varied": "policies", "size": size, "decide µs": 1.0} for size in (10, 100)]


@pytest.mark.skipif(importlib.util.find_spec("matplotlib") is None, reason="matplotlib is an extra")
def test_a_picture_is_written(tmp_path):
    draw(load_pyplot(), ROWS, tmp_path / "cost.png")
    assert (tmp_path / "cost.png").read_bytes().startswith(b"\x89PNG")


def test_without_matplotlib_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(AuthzError, match=r"authz-sidecar\[bench\]"):
        load_pyplot()
