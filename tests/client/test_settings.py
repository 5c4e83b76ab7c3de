import pytest

from authz.client.settings import ClientSettings


@pytest.mark.parametrize(
    "wrong",
    [{"timeout": 0}, {"keepalive": -1}, {"cache_ttl": 0}, {"batch_limit": 0}, {"cache_size": -1}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_a_setting_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(ValueError, match=r"above|at least"):
        ClientSettings("localhost:1", **wrong)


def test_a_kept_decision_is_younger_than_the_second_in_which_a_revocation_must_hold():
    assert ClientSettings("localhost:1").cache_ttl < 1.0
