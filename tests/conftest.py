"""Fixtures that tests of several folders share."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)  # a busy machine is no fault of the code
settings.load_profile("unhurried")

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def shared():
    """The folder of reference material beside this checkout; tests that need it are skipped where it is absent."""
    folder = ROOT.parent / "shared"
    if not (folder / "reference").is_dir():
        pytest.skip("the reference material is not beside this checkout")
    return folder
