"""How a test runs this project as another user of the system, who owns none of the files it reads."""

import os
import shutil
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
NOBODY = 65534
_STARTS_ITSELF = "import subprocess, sys; sys.exit(subprocess.call([sys.executable, '-c', 'import authz']))"


class Interpreter(NamedTuple):
    """A command that runs Python as the other user, and the environment that it needs."""

    command: tuple
    environment: dict


@cache
def another_user():
    """An interpreter that the user NOBODY can run, also as workers that the sidecar starts by itself.

    The one that runs the tests is often below a home directory that only its owner may enter; then the system's own
    of the same version runs, with the packages of the tests. None if there is neither, or this user is not root.
    """
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        return None
    system = shutil.which(f"python{sys.version_info.major}.{sys.version_info.minor}", path=os.defpath)
    paths = os.pathsep.join([str(ROOT), sysconfig.get_path("purelib")])
    environment = {**os.environ, "PYTHONPATH": paths}
    for python in filter(None, (sys.executable, system)):
        command = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", python)
        tried = subprocess.run([*command, "-c", _STARTS_ITSELF], cwd=ROOT, env=environment, capture_output=True)
        if tried.returncode == 0:
            return Interpreter(command, environment)
    return None
