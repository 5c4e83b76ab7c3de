"""The master key, and what it seals."""

import base64
import pickle

import pytest

from authz.store.errors import MasterKeyError
from authz.store.secrets import MasterKey, find_master_key

TEXT = base64.b64encode(bytes(range(32))).decode()


def test_a_sealed_secret_opens_for_its_purpose_alone():
    key = MasterKey.parse(TEXT, "here")
    sealed = key.seal("secret", "key 1")
    assert b"secret" not in sealed
    assert sealed != key.seal("secret", "key 1")
    assert key.unseal(sealed, "key 1") == "secret"
    for wrong in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:20]):
        with pytest.raises(MasterKeyError, match="was changed"):
            key.unseal(wrong, "key 1")
    with pytest.raises(MasterKeyError, match="was changed"):
        key.unseal(sealed, "key 2")
    with pytest.raises(MasterKeyError, match="sealed with master key"):
        MasterKey(bytes(32)).unseal(sealed, "key 1")


def test_a_key_shows_itself_nowhere():
    key = MasterKey(b"k" * 32)
    assert "kkk" not in repr(key) + str(key)
    with pytest.raises(TypeError, match="cannot be copied"):
        pickle.dumps(key)


@pytest.mark.parametrize(
    ("text", "message"), [("***", "is not base64"), ("YWJj", "holds 3 bytes"), ("", "holds 0 bytes")]
)
def test_a_malformed_key_is_refused_without_repeating_it(text, message):
    with pytest.raises(MasterKeyError, match=f"AUTHZ_MASTER_KEY {message}; expected 32 bytes|{message}"):
        find_master_key(None, {"AUTHZ_MASTER_KEY": text or " "})


def test_the_key_is_found_by_environment_and_then_beside_the_database(tmp_path):
    beside = tmp_path / "authz.db.key"
    assert find_master_key(beside, {}) is None
    made = MasterKey.create(beside)
    assert beside.stat().st_mode & 0o777 == 0o600
    assert find_master_key(beside, {}).id == made.id
    assert find_master_key(beside, {"AUTHZ_MASTER_KEY": TEXT}).id == MasterKey.parse(TEXT, "").id
    assert find_master_key(None, {"AUTHZ_MASTER_KEY_FILE": str(beside)}).id == made.id
    with pytest.raises(MasterKeyError, match="both"):
        find_master_key(None, {"AUTHZ_MASTER_KEY_FILE": str(beside), "AUTHZ_MASTER_KEY": TEXT})
    with pytest.raises(MasterKeyError, match="cannot write"):
        MasterKey.create(beside)
    beside.chmod(0o644)
    with pytest.raises(MasterKeyError, match="can be read by others"):
        find_master_key(beside, {})
