"""The example that a wheel brings lies where an installed package looks for it."""

import tomllib

from authz.app.demo import example
from tests.sidecar import EXAMPLE, ROOT


def test_a_wheel_puts_the_example_where_the_demo_looks_for_it():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    [(source, place)] = wheel["sources"].items()
    assert ROOT / source == EXAMPLE
    assert ROOT / place == example._PACKAGED
    assert f"{source}/{example.ACCOUNT}" in wheel["only-include"]
    assert EXAMPLE.joinpath(example.ACCOUNT, "attachments.yaml").is_file()
