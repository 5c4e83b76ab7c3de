"""`python -m tests.load.misbehaving`: how soon a revocation is in force beside accounts whose writers misbehave.

Accounts of which each is written in another wrong way, all at once, stand beside one whose policy changes in a random
way in each round. The time counts from the end of the change until the last of several connections is answered by it.
Every answer on every connection is compared with the versions that there were. The sidecar runs as the owner of the
files and as another user, with one worker and with two.
"""

import argparse
import json
import random
import statistics
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

from tests.e2e.history import WAYS, History, text_of
from tests.e2e.misbehaving import SERVING, WRITERS, Misbehaviour, spoil_the_root
from tests.other_user import another_user
from tests.sidecar import Sidecar, write_account
from tests.waiting import DEADLINE, eventually

UIN = "20000000"
CONNECTIONS = 4
"""Of which some are answered by either worker."""


class Moments:
    """When a connection was answered by each version for the first time."""

    def __init__(self):
        self.of = {}

    def note(self, turn):
        self.of.setdefault(turn, time.perf_counter())


def measured(workers, interpreter, options):
    """One line of the table."""
    choice = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        Path(folder).chmod(0o755)
        root = Path(folder, "accounts")
        root.mkdir()
        users = [{"uin": "100001", "policies": ["p"]}]
        account = write_account(root / UIN, {"p": []}, account=UIN, users=users)
        (account / "p.json").write_text(text_of(0))
        spoil_the_root(root)
        stack.enter_context(Misbehaviour(root))
        options_of_sidecar = {"workers": workers, "interpreter": interpreter}
        sidecar = stack.enter_context(Sidecar(root, "--allow-broken-accounts", **options_of_sidecar))
        (root / SERVING).touch()
        first = [Moments() for _ in range(CONNECTIONS)]
        histories = [History(sidecar.stub_on(sidecar.tcp), UIN, options.rounds, each.note) for each in first]
        stop = threading.Event()
        threads = [threading.Thread(target=each.ask_until, args=(stop.is_set,), daemon=True) for each in histories]
        for thread in threads:
            thread.start()
        took = [round_of(turn, account, first, choice) for turn in range(1, options.rounds + 1)]
        stop.set()
        for thread in threads:
            thread.join(DEADLINE)
        status = sidecar.stop()
    return {
        "user": "owner" if interpreter is None else "another user",
        "workers": workers,
        "accounts that misbehave": len(WRITERS),
        "rounds": options.rounds,
        "median ms": round(statistics.median(took) * 1e3, 1),
        "max ms": round(max(took) * 1e3, 1),
        "over a second": sum(seconds > 1 for seconds in took),
        "answers": sum(each.answers for each in histories),
        "connections answered by an older version": sum(not each.is_in_order for each in histories),
        "answers of no version": sum(len(each.mixtures) for each in histories),
        "exit status": status,
    }


def round_of(turn, account, first, choice):
    """Seconds from a change until all connections are answered by it."""
    choice.choice(WAYS)(account, text_of(turn))
    done = time.perf_counter()
    eventually(lambda: all(turn in each.of for each in first))
    time.sleep(choice.uniform(0.0, 0.3))
    return max(0.0, *(each.of[turn] - done for each in first))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0, help="of the random ways in which the policy is written")
    options = parser.parse_args()
    other = another_user()
    for interpreter in (None, *([] if other is None else [other])):
        for workers in (1, 2):
            print(json.dumps(measured(workers, interpreter, options)), flush=True)


if __name__ == "__main__":
    main()
