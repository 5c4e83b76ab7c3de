"""Seals secrets at rest with a master key: AES-GCM, bound to what each secret belongs to.

A sealed secret is the id of the key, a nonce and the encrypted text, so that a secret of another key is
distinguished from one that was tampered with.
"""

import base64
import binascii
import hashlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING

from authz.store.errors import MasterKeyError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_ID_BYTES = 8
_NONCE_BYTES = 12
FILE_VARIABLE, TEXT_VARIABLE = "AUTHZ_MASTER_KEY_FILE", "AUTHZ_MASTER_KEY"  # the names of variables, not secrets


class MasterKey:
    """A key of 32 bytes; neither its text nor its representation shows it.

    Raises:
        MasterKeyError: if it has another length.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise MasterKeyError(f"the master key has {len(key)} bytes; expected {KEY_BYTES}, in base64 on one line")
        self._key = key
        self.id = hashlib.blake2b(key, digest_size=_ID_BYTES, person=b"authz master key"[:16]).digest()

    def __repr__(self) -> str:
        return f"MasterKey(id={self.id.hex()})"

    def __reduce__(self) -> str:
        raise TypeError("a master key cannot be copied out of the process")

    @classmethod
    def parse(cls, text: str, where: str) -> "MasterKey":
        """The key of a base64 text; `where` says where it stands, for messages.

        Raises:
            MasterKeyError: if it is not 32 bytes in base64.
        """
        try:
            key = base64.b64decode(text.strip(), validate=True)
        except (binascii.Error, ValueError):
            raise MasterKeyError(f"{where} is not base64; expected {KEY_BYTES} bytes in base64 on one line") from None
        if len(key) != KEY_BYTES:
            raise MasterKeyError(f"{where} holds {len(key)} bytes; expected {KEY_BYTES} in base64 on one line")
        return cls(key)

    @classmethod
    def read(cls, path: Path, *, is_private: bool = False) -> "MasterKey":
        """The key in a file; one that must be `is_private` is refused if others than its owner may read it.

        Raises:
            MasterKeyError: if it cannot be read or used.
        """
        try:
            mode, text = path.stat().st_mode, path.read_text(encoding="ascii")
        except (OSError, ValueError) as error:
            raise MasterKeyError(f"cannot read the master key in {path}: {error}") from None
        if is_private and stat.S_IMODE(mode) & 0o077:
            raise MasterKeyError(f"{path} can be read by others; expected mode 0600: chmod 600 {path}")
        return cls.parse(text, str(path))

    @classmethod
    def create(cls, path: Path) -> "MasterKey":
        """A new key, written to a new file with mode 0600.

        Raises:
            MasterKeyError: if the file exists or cannot be written.
        """
        key = token_bytes(KEY_BYTES)
        try:
            file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(file, "wb") as stream:
                stream.write(base64.b64encode(key) + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise MasterKeyError(f"cannot write a master key to {path}: {error.strerror}") from None
        return cls(key)

    def seal(self, text: str, purpose: str) -> bytes:
        """The text, encrypted; it opens only for the same purpose, such as `access key AKID…`."""
        nonce = token_bytes(_NONCE_BYTES)
        return self.id + nonce + self._cipher().encrypt(nonce, text.encode(), self.id + purpose.encode())

    def unseal(self, sealed: bytes, purpose: str) -> str:
        """The text that was sealed for this purpose.

        Raises:
            MasterKeyError: if it was sealed with another key or for another purpose, or was changed.
        """
        # Imported late: a sidecar on a database opens no secret.
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415

        key_id, rest = sealed[:_ID_BYTES], sealed[_ID_BYTES:]
        if key_id != self.id:
            raise MasterKeyError(f"a secret is sealed with master key {key_id.hex()}; this one is {self.id.hex()}")
        nonce, encrypted = rest[:_NONCE_BYTES], rest[_NONCE_BYTES:]
        try:
            return self._cipher().decrypt(nonce, encrypted, key_id + purpose.encode()).decode()
        except InvalidTag:
            raise MasterKeyError(f"the secret of {purpose} was changed, or moved here from elsewhere") from None

    def _cipher(self) -> "AESGCM":
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        return AESGCM(self._key)


def find_master_key(beside: Path | None, environment: Mapping[str, str] = os.environ) -> MasterKey | None:
    """The key of the environment, else that in the file beside an SQLite database, else None.

    Raises:
        MasterKeyError: if there is one that cannot be used, or both variables are set.
    """
    file, text = environment.get(FILE_VARIABLE, ""), environment.get(TEXT_VARIABLE, "")
    if file and text:
        raise MasterKeyError(f"both {FILE_VARIABLE} and {TEXT_VARIABLE} are set; expected one of them")
    if file:
        return MasterKey.read(Path(file))
    if text:
        return MasterKey.parse(text, TEXT_VARIABLE)
    if beside is not None and beside.exists():
        return MasterKey.read(beside, is_private=True)
    return None
