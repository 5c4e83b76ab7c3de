"""Cost against size as a picture, for those who have matplotlib (the extra `bench`)."""

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from authz.cli.bench.table import Row
from authz.errors import AuthzError


def load_pyplot() -> Any:
    """Matplotlib's plotting module, drawing to files alone.

    Raises:
        AuthzError: if matplotlib is not installed.
    """
    try:
        importlib.import_module("matplotlib").use("agg")
    except ImportError:
        raise AuthzError("matplotlib is not installed; `pip install 'authz-sidecar[bench]'` brings it") from None
    return importlib.import_module("matplotlib.pyplot")


def draw(pyplot: Any, rows: Sequence[Row], file: Path) -> None:
    """A line for each size that the rows vary, on a logarithmic axis of sizes."""
    figure, axes = pyplot.subplots(figsize=(7, 4))
    for varied in dict.fromkeys(str(row["varied"]) for row in rows):
        of_it = [row for row in rows if row["varied"] == varied]
        axes.plot([row["size"] for row in of_it], [row["decide µs"] for row in of_it], marker="o", label=varied)
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("number of policies, accounts or statements")
    axes.set_ylabel("µs a decision")
    axes.legend()
    figure.tight_layout()
    figure.savefig(file)
    pyplot.close(figure)
