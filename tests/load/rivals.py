"""The engine against other policy engines in this process, on the same policies and questions."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from authz.cli.bench.table import Row, json_option, show
from authz.errors import AuthzError
from tests.load.engine_fixture import Question
from tests.load.rival_engines import RIVALS, Ask, ours
from tests.load.rival_grants import RivalsFixture, rivals_fixture
from tests.load.timing import Work, interleaved

_SIZES = (10, 1_000, 10_000)


@click.command("peers")
@click.option("--runs", default=5, show_default=True, help="Of which the medians are shown.")
@click.option("--limit", default=_SIZES[-1], show_default=True, help="The largest number of policies.")
@json_option
def rivals_command(*, runs: int, limit: int, json_file: Path | None) -> None:
    """Time every peer that is installed (the extra `rivals`), after its answers were found equal to the engine's."""
    show([row for size in _SIZES if size <= limit for row in measure(size, runs)], json_file)


def measure(policies: int, runs: int) -> list[Row]:
    """A row for the engine and one for each peer, in an account of so many policies.

    Raises:
        AuthzError: if a peer answers a question differently: its policies are not the same then.
    """
    world = rivals_fixture(policies)
    asks: dict[str, Ask] = {"authz": ours(world), **_installed(world, policies)}
    check_answers(asks, world.questions)
    seconds = interleaved([_work(ask, world.questions) for ask in asks.values()], runs)
    return [
        {
            "policies": policies,
            "engine": name,
            "µs a decision": each / len(world.questions) * 1e6,
            "to authz": each / seconds[0],
        }
        for name, each in zip(asks, seconds, strict=True)
    ]


def _installed(world: RivalsFixture, policies: int) -> dict[str, Ask]:
    found: dict[str, Ask] = {}
    for name, build in RIVALS.items():
        try:
            found[name] = build(world)
        except ImportError:
            click.echo(f"{name} is not installed and left out at {policies:,} policies", err=True)
    return found


def check_answers(asks: Mapping[str, Ask], questions: Iterable[Question]) -> None:
    """Ask everybody everything once.

    Raises:
        AuthzError: naming the first who answers otherwise than the first of `asks`, and the question.
    """
    for question in questions:
        texts = question.principal, question.action, question.resource
        answers = {name: ask(*texts) for name, ask in asks.items()}
        wanted = next(iter(answers.values()))
        for name, answer in answers.items():
            if answer is not wanted:
                raise AuthzError(f"{name} answers {answer}, not {wanted}, to {' '.join(texts)}")


def _work(ask: Ask, questions: Iterable[Question]) -> Work:
    texts = [(question.principal, question.action, question.resource) for question in questions]

    def work() -> None:
        for principal, action, resource in texts:
            ask(principal, action, resource)

    return work


if __name__ == "__main__":
    rivals_command()
