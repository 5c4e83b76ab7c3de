"""`python -m tests.load.durability`: control planes killed, or writing together, and a database that is down."""

import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from authz.cli.bench.table import Row, json_option, show
from tests.control_plane import ACCOUNT, ControlPlaneProcess, call
from tests.load.mutations import Follower, Mutations, assert_whole, contest, decisions, kill_amid
from tests.postgres import Postgres
from tests.sidecar import Sidecar, check_request
from tests.waiting import DEADLINE, eventually

_ALLOW = '{"version":"2.0","statement":[{"effect":"allow","action":["name/im:*"],"resource":["*"]}]}'
PARTS = ("kills", "writers", "outage")
Asked = Callable[[], bool]


@click.command("durability")
@click.option(
    "--part", "parts", type=click.Choice(PARTS), multiple=True, default=PARTS, help="What to do; default: all."
)
@click.option("--mutations", default=500, show_default=True, help="Mutations on each database while it is killed.")
@click.option("--kills", default=40, show_default=True, help="How often the control plane is killed.")
@click.option("--writes", default=2000, show_default=True, help="Mutations of 8 writers at two control planes.")
@click.option("--outage", default=60.0, show_default=True, help="Seconds for which PostgreSQL is stopped.")
@click.option("--seed", default=1, show_default=True, help="Of the mutations and the points of the kills.")
@json_option
def durability_command(
    *, parts: tuple[str, ...], mutations: int, kills: int, writes: int, outage: float, seed: int, json_file: Path | None
) -> None:
    """Kill control planes, write through two of them, and stop the database; end with an error at any loss."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="authz") as folder, Postgres() as server:
        urls = (f"sqlite:///{folder}/authz.db", server.make_database()) if "kills" in parts else ()
        for number, url in enumerate(urls):
            rows += kill_part(url, _below(folder, f"kills{number}"), mutations, kills, seed)
        if "writers" in parts:
            rows += writers_part(server.make_database(), _below(folder, "writers"), writes)
        if "outage" in parts:
            rows += outage_part(server, _below(folder, "outage"), outage)
    show(rows, json_file)


def kill_part(url: str, folder: Path, count: int, kills: int, seed: int) -> list[Row]:
    """Kill a control plane at random points; what it answered is there, what it did not is whole or not there."""
    mutations, plane, made = Mutations(seed), ControlPlaneProcess(url, folder), 0
    with plane, Sidecar(url) as sidecar:
        for _ in kill_amid(plane, mutations, count, kills, random.Random(seed)):
            made = assert_whole(url, mutations.answered)
        followed = decisions(sidecar, url)
        with Sidecar(url) as fresh:
            assert followed == decisions(fresh, url), "the sidecar that followed decides otherwise"
    database = url.partition(":")[0]
    return [
        _row("kills", f"{database}: mutations sent", mutations.sent + 2),
        _row("kills", f"{database}: kill -9", kills),
        _row("kills", f"{database}: answered, all there", len(mutations.answered)),
        _row("kills", f"{database}: unanswered and wholly there", made - len(mutations.answered)),
        _row("kills", f"{database}: unanswered and not there", mutations.sent + 2 - made),
        _row("kills", f"{database}: decisions as of a fresh sidecar", len(followed)),
    ]


def writers_part(url: str, folder: Path, count: int) -> list[Row]:
    """Eight writers at two control planes, while a follower reads the change log."""
    one = ControlPlaneProcess(url, _below(folder, "one"))
    with one, ControlPlaneProcess(url, _below(folder, "two"), root=one.root) as two:
        clients = [plane.client() for _ in range(4) for plane in (one, two)]
        start = time.perf_counter()
        with Follower(url) as follower:
            answered, refused = contest(clients, count)
        took = time.perf_counter() - start
    assert assert_whole(url, answered) == len(answered)
    assert follower.seen == len(answered) + 1  # the first is that of the account
    return [
        _row("writers", "mutations asked for by 8 writers", len(answered) + len(refused)),
        _row("writers", "done, all there", len(answered)),
        _row("writers", "refused, their name having been taken", len(refused)),
        _row("writers", "revisions followed without a gap", follower.seen),
        _row("writers", "mutations/s", (len(answered) + len(refused)) / took),
    ]


def outage_part(server: Postgres, folder: Path, seconds: float) -> list[Row]:
    """Stop the database under load; a sidecar starts meanwhile, and both decide by the first change after it."""
    url, copies = server.make_database(), ("--last-good", str(_below(folder, "copies")))
    with ControlPlaneProcess(url, folder) as plane:
        client = plane.client()
        uin = call(client, "AddUser", Name="alice").Uin
        policy = call(client, "CreatePolicy", PolicyName="p", PolicyDocument=_ALLOW).PolicyId
        call(client, "AttachUserPolicy", PolicyId=policy, AttachUin=uin)
        request = check_request(f"qcs::cam::uin/{ACCOUNT}:uin/{uin}", "im:RemoveUser")
        with Sidecar(url, *copies) as sidecar:
            eventually(lambda: sidecar.stub.Check(request, timeout=DEADLINE).allowed)
            sidecar.wait_for_log("last good copy written")
            eventually(lambda: list((folder / "copies").glob("last-good-*.db")))
            with _load(lambda: sidecar.stub.Check(request, timeout=DEADLINE).allowed) as answers:
                server.stop()
                stopped = time.perf_counter()
                with Sidecar(url, *copies) as restarted:
                    restarted.wait_for_log("the database cannot be used: starting from the last good copy")
                    assert restarted.stub.Check(request, timeout=DEADLINE).allowed
                    time.sleep(max(0.0, seconds - (time.perf_counter() - stopped)))
                    during = len(answers)
                    assert all(answers), "a check was not answered as before"
                    server.start()
                    down = time.perf_counter() - stopped
                    call(client, "DetachUserPolicy", PolicyId=policy, DetachUin=uin)
                    times = [_until_denied(each, request) for each in (sidecar, restarted)]
                    back = [_change(client, each, request, policy, uin) for each in (sidecar, restarted)]
    return [
        _row("outage", "seconds without PostgreSQL", down),
        _row("outage", "checks meanwhile, none failed", during),
        _row("outage", "ms from the first change to its decision, one that followed", times[0] * 1000),
        _row("outage", "ms from the first change to its decision, one restarted meanwhile", times[1] * 1000),
        _row("outage", "ms from a later change to its decision", statistics.mean(back) * 1000),
    ]


def _until_denied(sidecar: Sidecar, request: object) -> float:
    start = time.perf_counter()
    eventually(lambda: not sidecar.stub.Check(request, timeout=DEADLINE).allowed)
    return time.perf_counter() - start


def _change(client: object, sidecar: Sidecar, request: object, policy: int, uin: int) -> float:
    call(client, "AttachUserPolicy", PolicyId=policy, AttachUin=uin)
    eventually(lambda: sidecar.stub.Check(request, timeout=DEADLINE).allowed)
    call(client, "DetachUserPolicy", PolicyId=policy, DetachUin=uin)
    return _until_denied(sidecar, request)


@contextmanager
def _load(ask: Asked, threads: int = 2) -> Iterator[list[bool]]:
    """Ask without end on some threads; a fault counts as False."""
    answers: list[bool] = []
    ended = threading.Event()

    def work() -> None:
        while not ended.is_set():
            try:
                answers.append(ask())
            except Exception as error:  # noqa: BLE001 - any of them is what must not be
                click.echo(str(error), err=True)
                answers.append(False)

    running = [threading.Thread(target=work) for _ in range(threads)]
    for thread in running:
        thread.start()
    try:
        yield answers
    finally:
        ended.set()
        for thread in running:
            thread.join()


def _below(folder: str | Path, name: str) -> Path:
    made = Path(folder, name)
    made.mkdir(parents=True)
    return made


def _row(part: str, what: str, figure: float) -> Row:
    return {"part": part, "what": what, "figure": figure}


if __name__ == "__main__":
    durability_command()
