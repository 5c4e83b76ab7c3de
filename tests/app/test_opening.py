import pytest

from authz.app.opening import open_database, opened_plane
from authz.store.errors import MasterKeyError, StoreError
from authz.store.secrets import MasterKey
from tests.control.planes import root


@pytest.fixture(autouse=True)
def _no_key_of_the_machine(monkeypatch):
    for name in ("AUTHZ_MASTER_KEY", "AUTHZ_MASTER_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_the_key_beside_the_database_is_used(sqlite_url, tmp_path):
    MasterKey.create(tmp_path / "authz.db.key")
    with opened_plane(sqlite_url) as plane:
        made = plane.accounts.create_account(root(), uin="12345678")
        assert plane.keys.list_access_keys(root())[0].access_key_id == made.secret_id


def test_without_a_key_all_but_secrets_works(database_url):
    with opened_plane(database_url) as plane:
        assert plane.revision() == 0
        with pytest.raises(MasterKeyError, match="no master key is given"):
            plane.accounts.create_account(root(), uin="12345678")
        assert plane.revision() == 0


def test_a_missing_key_is_named_where_it_is_needed(sqlite_url):
    with pytest.raises(MasterKeyError, match=r"or a key file .*/authz\.db\.key"):
        open_database(sqlite_url)


def test_a_missing_database_is_not_made(tmp_path):
    with pytest.raises(StoreError, match="`authz control init"), opened_plane(f"sqlite:///{tmp_path}/none.db"):
        pass
    assert list(tmp_path.iterdir()) == []
