"""A sidecar as a process on a database: what the store commits it decides by, and an outage stops no check."""

import itertools
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from authz.store.database import Database
from authz.store.records import AccountRecord, AttachmentRecord, HolderKind, PolicyRecord, UserRecord
from tests.sidecar import ROOT, Sidecar, check_request
from tests.store.writing import ALLOW, author
from tests.waiting import DEADLINE, eventually

ACCOUNT, USER = "12345678", "100001"
PRINCIPAL = f"qcs::cam::uin/{ACCOUNT}:uin/{USER}"


class Grant:
    """A policy that the user of the account holds or not; each change returns its revision."""

    def __init__(self, url):
        self.database = Database.open(url)
        with self.database.write(author("Import", ACCOUNT)) as writer:
            writer.accounts.add(AccountRecord(ACCOUNT))
            writer.users.add(UserRecord(ACCOUNT, USER, "alice"))
            policy = writer.policies.add(PolicyRecord(ACCOUNT, 0, "p"), ALLOW)
        self._held = AttachmentRecord(ACCOUNT, HolderKind.USER, USER, policy.id)

    def attach(self):
        with self.database.write(author("AttachUserPolicy", ACCOUNT)) as writer:
            writer.attachments.add(self._held)
        return writer.revision

    def detach(self):
        with self.database.write(author("DetachUserPolicy", ACCOUNT)) as writer:
            writer.attachments.remove(ACCOUNT, HolderKind.USER, USER, self._held.policy_id)
        return writer.revision


@pytest.fixture
def grant(database_url):
    made = Grant(database_url)
    yield made
    made.database.close()


def is_allowed(sidecar, at_least=""):
    request = check_request(PRINCIPAL, "im:RemoveUser", at_least_revision=str(at_least))
    return sidecar.stub.Check(request, timeout=DEADLINE).allowed


@pytest.mark.parametrize("workers", [1, 2])
def test_a_change_is_decided_by_and_never_the_old_decision_with_its_revision(grant, database_url, workers):
    with Sidecar(database_url, workers=workers) as sidecar:
        assert sidecar.check(PRINCIPAL, "im:RemoveUser").revision == "1"
        for _ in range(5):
            assert is_allowed(sidecar, grant.attach())
            assert not is_allowed(sidecar, grant.detach())
        grant.attach()
        eventually(lambda: is_allowed(sidecar))


def test_the_password_of_the_url_is_in_no_log(grant, database_url):
    url = database_url.replace("postgres@", "postgres:letmein@")
    with Sidecar(url) as sidecar:
        assert is_allowed(sidecar, grant.attach())
        assert "letmein" not in sidecar._log.read_text()
        assert sidecar.wait_for_log("serving")["source"] == database_url.replace("postgres@", "postgres:***@")


@pytest.fixture
def server(postgres):
    yield postgres
    postgres.start()


class Load:
    """Checks without end on some threads, each of which must be answered with what is in force."""

    def __init__(self, sidecar):
        self._stop = threading.Event()
        self.answers = itertools.count()
        self.failures = []
        self._threads = [threading.Thread(target=self._ask, args=(sidecar,)) for _ in range(2)]
        self.last = 0

    def _ask(self, sidecar):
        while not self._stop.is_set():
            try:
                is_allowed(sidecar)
            except Exception as error:  # noqa: BLE001 - any of them is what must not be
                self.failures.append(error)
            self.last = next(self.answers)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def goes_on(self):
        """Wait for some more answers."""
        target = self.last + 50
        eventually(lambda: self.last > target)


def test_an_outage_of_the_database_fails_no_check_and_ends_by_itself(server, postgresql_url, tmp_path):
    grant = Grant(postgresql_url)
    grant.attach()
    copies = ("--last-good", str(tmp_path))
    with Sidecar(postgresql_url, *copies) as sidecar, Load(sidecar) as load:
        load.goes_on()
        eventually(lambda: list(tmp_path.glob("last-good-*.db")))
        sidecar.wait_for_log("last good copy written")
        server.kill()
        load.goes_on()
        eventually(lambda: "cannot reach" in sidecar.get("/readyz")[1])
        assert sidecar.get("/readyz")[0] == 200
        assert sidecar.is_serving()

        with Sidecar(postgresql_url, *copies) as restarted:
            assert is_allowed(restarted)
            assert restarted.wait_for_log("the database cannot be used: starting from the last good copy")
            eventually(lambda: "cannot reach" in restarted.get("/readyz")[1])
            eventually(lambda: any("stale" in name[0] and value > 0 for name, value in restarted.metrics().items()))
            load.goes_on()
            server.start()
            revision = grant.detach()
            assert not is_allowed(sidecar, revision)
            assert not is_allowed(restarted, revision)
            eventually(lambda: "cannot reach" not in restarted.get("/readyz")[1])
        load.goes_on()
        assert load.failures == []
    grant.database.close()


def test_several_sidecars_share_a_copy(server, postgresql_url, tmp_path):
    grant = Grant(postgresql_url)
    copies = ("--last-good", str(tmp_path))
    with Sidecar(postgresql_url, *copies) as one, Sidecar(postgresql_url, *copies) as two:
        for _ in range(10):
            grant.attach()
            revision = grant.detach()
        last = grant.attach()
        assert revision < last
        assert is_allowed(one, last)
        assert is_allowed(two, last)
    server.kill()
    with Sidecar(postgresql_url, *copies) as three:
        assert three.check(PRINCIPAL, "im:RemoveUser").revision == str(last)
        assert is_allowed(three)
    grant.database.close()


def test_without_copy_a_sidecar_does_not_start_while_the_database_is_down(server, postgresql_url):
    server.kill()
    started = subprocess.run(
        [sys.executable, "-m", "authz", "serve", postgresql_url, "--listen", "127.0.0.1:0"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=DEADLINE,
    )
    assert started.returncode == 1
    assert "cannot reach postgresql://postgres@/" in started.stderr


def test_a_killed_writer_leaves_whole_changes_alone(grant, database_url, tmp_path):
    """kill -9 amid changes: rows, log and revision agree, and each change that was answered is there."""
    program = tmp_path / "writer.py"
    program.write_text(
        "import sys\n"
        "from authz.store.database import Database\n"
        "from authz.store.records import UserRecord\n"
        "from tests.store.writing import author\n"
        "database = Database.open(sys.argv[1])\n"
        "while True:\n"
        f"    with database.write(author('AddUser', '{ACCOUNT}')) as writer:\n"
        f"        user = writer.users.add(UserRecord('{ACCOUNT}', '', ''))\n"
        "    print(writer.revision, user.uin, flush=True)\n"
    )
    for answered in (1, 4, 9):
        command = [sys.executable, str(program), database_url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
            lines = [process.stdout.readline().split() for _ in range(answered)]
            process.send_signal(signal.SIGKILL)
            lines += [line.split() for line in process.stdout.read().splitlines()]
        with grant.database.read() as reader:
            uins = {user.uin for user in reader.users.list(ACCOUNT)}
            logged = reader.changes.since(0, 1_000_000)
            assert [change.revision for change in logged] == list(range(1, reader.revision + 1))
        assert {uin for _, uin in lines} <= uins
        added = {item.after["uin"] for change in logged for item in change.items if item.entity == "user"}
        assert added == uins


def test_two_processes_and_many_threads_write_one_after_another(grant, database_url):
    program = (
        "import sys, threading\n"
        "from authz.store.database import Database\n"
        "from authz.store.records import GroupRecord\n"
        "from tests.store.writing import author\n"
        "database = Database.open(sys.argv[1])\n"
        "def work(number):\n"
        "    for turn in range(25):\n"
        f"        with database.write(author('CreateGroup', '{ACCOUNT}')) as writer:\n"
        f"            writer.groups.add(GroupRecord('{ACCOUNT}', 0, f'{{sys.argv[2]}}-{{number}}-{{turn}}'))\n"
        "threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]\n"
        "[thread.start() for thread in threads]\n"
        "[thread.join() for thread in threads]\n"
    )

    def run(name):
        command = [sys.executable, "-c", program, database_url, name]
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT)

    followed = []
    with ThreadPoolExecutor() as pool:
        running = [pool.submit(run, name) for name in ("one", "two")]
        while not all(each.done() for each in running):
            with grant.database.read() as reader:
                followed += [change.revision for change in reader.changes.since(len(followed), 1000)]
                assert followed == list(range(1, reader.revision + 1))
        ended = [each.result() for each in running]
    assert [(each.returncode, each.stderr) for each in ended] == [(0, ""), (0, "")]
    with grant.database.read() as reader:
        groups = reader.groups.list(ACCOUNT)
        assert len({group.id for group in groups}) == len({group.name for group in groups}) == len(groups) == 200
        assert reader.revision == 201
        assert [change.revision for change in reader.changes.since(0, 1000)] == list(range(1, 202))


def test_a_sidecar_on_a_directory_needs_nothing_of_the_control_plane(tmp_path):
    program = tmp_path / "bare.py"
    program.write_text(
        "import sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in {'sqlalchemy', 'alembic', 'psycopg', 'argon2', 'starlette', 'uvicorn'}:\n"
        "            raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "from authz.cli.main import main\n"
        "main()\n"
    )

    def served(source):
        command = [sys.executable, str(program), "serve", str(source), "--listen", "127.0.0.1:0"]
        return subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=ROOT)

    with served(Path("deploy", "example")) as process:
        lines = iter(process.stderr.readline, "")
        assert any('"serving"' in line for line in lines)
        process.terminate()
        assert process.wait(DEADLINE) == 0
    with served("sqlite:///none.db") as process:
        assert process.wait(DEADLINE) == 1
        assert (
            "a database needs the extra `control`, of which sqlalchemy is missing: pip install" in process.stderr.read()
        )
