"""The import contract of pyproject.toml holds."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")


def test_floors_only_look_down():
    result = subprocess.run(
        [LINT_IMPORTS, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stdout


def test_the_core_runs_without_any_dependency(tmp_path):
    """A process that may import nothing but the standard library and the core still decides."""
    program = tmp_path / "core.py"
    program.write_text(
        "import sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        root = name.partition('.')[0]\n"
        "        if root in {'grpc', 'google', 'yaml', 'structlog', 'prometheus_client', 'click'}:\n"
        "            raise ImportError(name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "import authz, authz.pdp.cache\n"
        "from authz import Engine, parse_request\n"
        "engine = Engine()\n"
        "engine.publish({}, (), 1)\n"
        "print(engine.decide(parse_request('qcs::cam::uin/1:root', 'im:X', '*', {})).reason.name)\n"
    )
    result = subprocess.run(
        [sys.executable, str(program)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (result.stdout, result.stderr) == ("UNKNOWN_PRINCIPAL\n", "")
