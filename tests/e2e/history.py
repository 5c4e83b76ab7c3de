"""The versions of one account, how they are written, and which of them answers show."""

import shutil

from authz.v1 import authz_pb2
from tests.builders import allow, document
from tests.sidecar import check_request, reason
from tests.waiting import DEADLINE


def text_of(turn):
    """The policy of a version: it allows one action, which no other version allows."""
    return document(allow(f"im:V{turn}"))


def write_at_once(folder, text):
    (folder / "p.json").write_text(text)


def rename_into_place(folder, text):
    (folder / ".new").write_text(text)
    (folder / ".new").rename(folder / "p.json")


def write_in_pieces(folder, text):
    with (folder / "p.json").open("w") as file:
        for at in range(0, len(text), 10):
            file.write(text[at : at + 10])
            file.flush()


def replace_the_folder(folder, text):
    other, before = folder.with_name(f".{folder.name}.new"), folder.with_name(f".{folder.name}.old")
    shutil.copytree(folder, other)
    (other / "p.json").write_text(text)
    folder.rename(before)
    other.rename(folder)
    shutil.rmtree(before)


WAYS = (write_at_once, rename_into_place, write_in_pieces, replace_the_folder)
"""Each writes a policy's text into the folder of an account."""


class History:
    """What one connection was answered: `seen` are the versions in order, without repetitions.

    `mixtures` are answers that no version gives: each version allows exactly one of the actions. `on_version` is called
    with every version of an answer.
    """

    def __init__(self, stub, uin, last, on_version=lambda _turn: None):
        principal = f"qcs::cam::uin/{uin}:uin/100001"
        checks = [check_request(principal, f"im:V{turn}") for turn in range(last + 1)]
        self._stub, self._request = stub, authz_pb2.BatchCheckRequest(checks=checks)
        self._on_version = on_version
        self.seen, self.mixtures, self.answers = [], [], 0

    @property
    def is_in_order(self):
        """Whether no answer was of an older version than one before it."""
        return self.seen == sorted(self.seen)

    def ask(self):
        results = self._stub.BatchCheck(self._request, timeout=DEADLINE).results
        if {reason(result.response) for result in results} == {"UNKNOWN_PRINCIPAL"}:
            return  # while one folder takes the place of another there is none, and so no account
        self.answers += 1
        allowed = [turn for turn, result in enumerate(results) if result.response.allowed]
        if len(allowed) != 1:
            self.mixtures.append(allowed)
        self.seen += [turn for turn in allowed if self.seen[-1:] != [turn]]
        for turn in allowed:
            self._on_version(turn)

    def ask_until(self, is_stopped):
        while not is_stopped():
            self.ask()
