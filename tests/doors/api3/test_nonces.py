"""Nonces are used once, for as long as their time is accepted, in bounded memory."""

import pytest

from authz.doors.api3.errors import ApiError
from authz.doors.api3.nonces import Nonces
from authz.doors.api3.tc3 import SKEW_SECONDS

NOW = 1_700_000_000


def code_of(nonces, *arguments):
    with pytest.raises(ApiError) as caught:
        nonces.use(*arguments)
    return caught.value.code


def test_a_nonce_is_used_once_at_its_time():
    nonces = Nonces()
    nonces.use("id", NOW, "1", NOW)
    assert code_of(nonces, "id", NOW, "1", NOW + 1) == "AuthFailure.SignatureFailure"
    nonces.use("id", NOW + 1, "1", NOW)
    nonces.use("id", NOW, "2", NOW)
    nonces.use("other", NOW, "1", NOW)


def test_a_nonce_is_remembered_while_its_time_passes():
    nonces = Nonces()
    ahead = NOW + SKEW_SECONDS  # a clock that is ahead as far as is accepted
    nonces.use("id", ahead, "1", NOW)
    assert code_of(nonces, "id", ahead, "1", ahead + SKEW_SECONDS) == "AuthFailure.SignatureFailure"
    nonces.use("id", NOW + 5000, "2", NOW + 5000)
    assert len(nonces) == 1


def test_a_full_memory_refuses_rather_than_forgets():
    nonces = Nonces(most=3, most_of_a_key=2)
    nonces.use("a", NOW, "1", NOW)
    nonces.use("a", NOW, "2", NOW)
    assert code_of(nonces, "a", NOW, "3", NOW) == "RequestLimitExceeded"
    nonces.use("b", NOW, "1", NOW)
    assert code_of(nonces, "b", NOW, "2", NOW) == "RequestLimitExceeded"
    later = NOW + 3 * SKEW_SECONDS
    nonces.use("a", later, "3", later)
    assert len(nonces) == 1
