"""What a server takes on: bounds that keep one caller from using up what all share."""

from dataclasses import dataclass

from authz.wire.questions import CONTEXT_KEYS


@dataclass(frozen=True, slots=True)
class Limits:
    """`in_flight` are calls that are not answered yet, of one process; `message_bytes` are those of one request.

    `context_keys` are the condition keys of one check, `batch` the checks of one batch.
    """

    in_flight: int = 1000
    message_bytes: int = 4 * 1024 * 1024
    context_keys: int = CONTEXT_KEYS
    batch: int = 1000


DEFAULT_LIMITS = Limits()
