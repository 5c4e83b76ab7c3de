"""Where the scenarios are played: a server on an address, and a client's program that is told what to do there."""

import json
import subprocess
import sys
from pathlib import Path

from tests.sidecar import ROOT
from tests.waiting import DEADLINE

SERVER = Path(__file__).with_name("server.py")
PATIENCE = 90.0


class Server:
    """`with Server(address) as server:` runs server.py, which takes the address over from another that has it."""

    def __init__(self, address):
        self._command = [sys.executable, SERVER, address]
        self._is_unix = address.startswith("unix:")

    def __enter__(self):
        self._process = subprocess.Popen(self._command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        where = self._process.stdout.readline().strip()
        assert where, "the server did not start"
        self.address = where if self._is_unix else f"127.0.0.1:{where}"
        return self

    def stop(self):
        """End it as Kubernetes does; what it heard until then."""
        self._process.terminate()
        told, _ = self._process.communicate(timeout=PATIENCE)
        assert self._process.returncode == 0
        return json.loads(told)

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
        self._process.communicate(timeout=PATIENCE)


def play(program, address, *scenarios):
    """What came of each scenario."""
    with playing(program, address, *scenarios) as process:
        return outcomes(process)


def playing(program, address, *scenarios):
    """The process of a client, under way."""
    command = [*program, address, *scenarios]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def outcomes(process):
    """What the process of a client tells at its end."""
    try:
        told, failure = process.communicate(timeout=PATIENCE)
    finally:
        end(process)
    assert process.returncode == 0, failure
    return json.loads(told.splitlines()[-1])


def end(process):
    """Whatever it does; it may have a process of its own to end."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()


def handed_over(program, address, scenario):
    """What a client tells that asks while a server hands its address over to another, and what each of them heard."""
    with Server(address) as first, playing(program, first.address, scenario) as process:
        try:
            assert process.stdout.readline().strip() == "under way", process.stderr.read()
            with Server(first.address) as second:
                heard = [first.stop()]
                [told] = outcomes(process).values()
                return told, [*heard, second.stop()]
        finally:
            end(process)
