"""Every source of this project keeps the promises that the follower relies on."""

import shutil

import pytest

from authz.sources.directory.source import DirectorySource
from tests.sources.contract import SourceContract
from tests.sources.folders import GRANT, NOTHING, attachments, write_account
from tests.sources.following import Clock
from tests.sources.shelf import Shelf


class FolderShop:
    def __init__(self, folder, policies, *, is_watched):
        self._folder = folder
        self._policies = policies
        self._clock = Clock()
        folder.mkdir(exist_ok=True)
        self.source = DirectorySource(folder, is_watched=is_watched, clock=self._clock)

    def put(self, key, account):
        folder = write_account(self._folder / key, account.uin, GRANT)
        for number in range(1, self._policies):
            (folder / "policies" / f"more{number}.json").write_text(NOTHING)
        held = ["p"] if account.users["100001"].policies else []
        (folder / "attachments.yaml").write_text(attachments(account.uin, *held))

    def spoil(self, key):
        (self._folder / key / "attachments.yaml").write_text(attachments(0))

    def take(self, key):
        shutil.rmtree(self._folder / key)

    def removed_of(self, update):
        """A folder that is gone is waited for: another one may be about to take its place."""
        assert set(update.unsettled)
        self._clock.now += 1.0
        return self.source.read(update.unsettled, is_long=True).removed


class ShelfShop:
    def __init__(self):
        self.source = Shelf()

    def put(self, key, account):
        self.source.put(**{key: account})

    def spoil(self, key):
        self.source.put(**{key: "is spoilt"})

    def take(self, key):
        self.source.take(key)

    def removed_of(self, update):
        return update.removed


class TestDirectory(SourceContract):
    @pytest.fixture(params=[(1, False), (1, True), (40, False), (40, True)], ids=str)
    def shop(self, request, tmp_path):
        policies, is_watched = request.param
        made = FolderShop(tmp_path / "root", policies, is_watched=is_watched)
        yield made
        made.source.close()


class TestInMemory(SourceContract):
    @pytest.fixture
    def shop(self):
        return ShelfShop()
