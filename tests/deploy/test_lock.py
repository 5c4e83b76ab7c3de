"""The lock file of the image: every dependency, in its range, with hashes, and from nowhere in particular."""

import re
import tomllib

from packaging.requirements import Requirement
from packaging.version import Version

from tests.sidecar import ROOT

LOCK = (ROOT / "deploy" / "requirements.lock").read_text()
PINNED = dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^ ]+) \\$", LOCK, re.MULTILINE))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = ("fast", "tls", "control")


def folded(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_dependency_is_pinned_within_its_range():
    wanted = [*PROJECT["dependencies"], *(each for extra in EXTRAS for each in PROJECT["optional-dependencies"][extra])]
    for text in wanted:
        requirement = Requirement(text)
        if requirement.marker is None or requirement.marker.evaluate({"sys_platform": "linux"}):
            assert requirement.specifier.contains(Version(PINNED[folded(requirement.name)])), text


def test_every_pin_has_hashes():
    assert len(PINNED) > 10
    entries = re.split(r"^(?=[A-Za-z0-9])", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) == len(PINNED)
    assert all("--hash=sha256:" in entry for entry in entries)


def test_no_place_is_named_where_packages_come_from():
    assert "://" not in LOCK
    assert "index" not in LOCK
