"""Finds the example: inside an installed package, or in the repository that the package is run from."""

from pathlib import Path

from authz.errors import SourceError

_PACKAGED = Path(__file__).with_name("example")  # put there when the wheel is built (pyproject.toml)
_REPOSITORY = Path(__file__).parents[3] / "deploy" / "example"

ACCOUNT, APP_ID = "12345678", "1250000000"
"""The root account of the example, and its APPID."""


def example_directory() -> Path:
    """The policy directory of the example.

    Raises:
        SourceError: if it is not part of this installation.
    """
    found = next((each for each in (_PACKAGED, _REPOSITORY) if each.joinpath(ACCOUNT).is_dir()), None)
    if found is None:
        raise SourceError("the example is not part of this installation; install authz-sidecar from its wheel")
    return found
