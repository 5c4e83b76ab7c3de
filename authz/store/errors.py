"""What can go wrong with a store; no message holds a secret, and none a statement's values."""

from authz.errors import AuthzError


class StoreError(AuthzError):
    """The database cannot be reached, read or written."""

    code = "StoreUnreachable"


class SchemaError(StoreError):
    """The database has no schema of this program, or one of another version."""

    code = "SchemaMismatch"


class MasterKeyError(StoreError):
    """The master key is missing, malformed, or not the one that the database's secrets are sealed with."""

    code = "MasterKeyUnusable"


class ConflictError(StoreError):
    """A write breaks a rule of the store: a name or id that is taken, or something that others refer to.

    `entity` is the kind of record, as in the change log; nothing of the transaction is kept unless it is caught inside.
    """

    code = "Conflict"

    def __init__(self, entity: str, message: str) -> None:
        super().__init__(message)
        self.entity = entity


class MissingError(StoreError):
    """A record to be changed or removed is not there."""

    code = "Missing"


class UnusableValueError(StoreError):
    """A value that was given cannot be kept: a number beyond 64 bits, or a text with half a surrogate pair."""

    code = "UnusableValue"
