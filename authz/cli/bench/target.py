"""The sidecar to measure, running already or started for the benchmark, and the requests to send."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from authz.cli.bench import load_questions as questions
from authz.cli.bench.process import running_sidecar
from authz.cli.bench.workload import write_accounts

CHECK = "/authz.v1.AuthorizationService/Check"
BATCH_CHECK = "/authz.v1.AuthorizationService/BatchCheck"

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Target:
    """The address of a sidecar, and encoded CheckRequests to send in turn."""

    address: str
    asked: Sequence[bytes]


def target_options(command: Command) -> Command:
    """Add the options `--server` and `--questions`."""
    server = click.option(
        "--server",
        metavar="ADDR",
        help="Sidecar to measure, at host:port or unix:/path; default: one is started with generated accounts.",
    )
    file = click.option(
        "--questions",
        "questions_file",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="Requests to send, one CheckRequest in JSON on each line; default: a thousand on generated accounts.",
    )
    return server(file(command))


@contextmanager
def open_target(server: str | None, questions_file: Path | None) -> Iterator[Target]:
    """The sidecar at `server`, or one started for the duration of the block.

    Raises:
        MalformedTextError: if a line of the file is not a CheckRequest.
        AuthzError: if the sidecar does not start.
    """
    own = list(questions.warm(questions.DISTINCT))
    asked = own if questions_file is None else questions.read_questions(questions_file)
    if server is not None:
        yield Target(server, asked)
        return
    with tempfile.TemporaryDirectory() as folder:
        write_accounts(Path(folder), questions.ACCOUNTS, questions.USERS, questions.POLICIES)
        with running_sidecar(Path(folder)) as sidecar:
            yield Target(sidecar.tcp, asked)
