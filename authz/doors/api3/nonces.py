"""Remembers the nonces of the older signatures while their time is accepted, so that no request is served twice."""

from collections import OrderedDict, defaultdict
from threading import Lock

from authz.doors.api3.errors import ApiError, signature_failure
from authz.doors.api3.tc3 import SKEW_SECONDS

MOST_NONCES = 200_000
"""The most nonces that are remembered, of all keys together."""
MOST_NONCES_OF_A_KEY = 20_000
"""The most of one key, so that it cannot use up the room of the others: some 33 requests a second."""
_Nonce = tuple[str, int, str]


class Nonces:
    """The nonces of verified requests, by key and time; for any number of threads.

    A request whose nonce cannot be remembered is refused, so that forgetting never admits one twice.
    """

    def __init__(self, most: int = MOST_NONCES, most_of_a_key: int = MOST_NONCES_OF_A_KEY) -> None:
        self._most = most
        self._most_of_a_key = most_of_a_key
        self._kept: OrderedDict[_Nonce, float] = OrderedDict()
        self._counts: defaultdict[str, int] = defaultdict(int)
        self._lock = Lock()

    def use(self, secret_id: str, timestamp: int, nonce: str, now: float) -> None:
        """Use up a nonce of a key at a time of its request; `now` is the server's time.

        Raises:
            ApiError: SignatureFailure, if it was used before; RequestLimitExceeded, if there is no room for it.
        """
        given = secret_id, timestamp, nonce
        with self._lock:
            self._forget(now)
            if given in self._kept:
                raise signature_failure("the nonce was used before at this timestamp")
            if len(self._kept) >= self._most or self._counts[secret_id] >= self._most_of_a_key:
                message = "too many requests with nonces; use TC3-HMAC-SHA256, or try again in some minutes"
                raise ApiError("RequestLimitExceeded", message)
            self._kept[given] = now + 2 * SKEW_SECONDS + 1  # the latest moment at which any timestamp still passes
            self._counts[secret_id] += 1

    def __len__(self) -> int:
        return len(self._kept)

    def _forget(self, now: float) -> None:
        while self._kept:
            given, until = next(iter(self._kept.items()))
            if until >= now:
                return
            del self._kept[given]
            self._counts[given[0]] -= 1
            if not self._counts[given[0]]:
                del self._counts[given[0]]
