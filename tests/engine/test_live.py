import pytest

from authz.engine.decision import Reason
from authz.engine.live import Engine, Publication
from authz.engine.request import parse_request
from authz.errors import NotReadyError
from tests.builders import ALICE, account, allow, policy

QUESTION = parse_request(ALICE, "im:RemoveUser", "*", {})
GRANTED = account(own=[policy("p", allow("im:*"))])
NOTHING = account()
OTHER = account(uin="87654321")


def published(*accounts):
    engine = Engine()
    engine.publish({each.uin: each for each in accounts}, (), 1)
    return engine


def test_nothing_is_decided_before_the_first_publication():
    engine = Engine()
    assert not engine.is_ready
    with pytest.raises(NotReadyError):
        engine.decide(QUESTION)


def test_a_publication_takes_effect_at_once():
    # requirements 46
    engine = published(NOTHING)
    assert not engine.decide(QUESTION).allowed
    engine.publish({"12345678": GRANTED}, (), 2)
    assert engine.decide(QUESTION).allowed
    assert engine.live.revision == 2


def test_a_removed_account_is_unknown_from_then_on():
    engine = published(GRANTED, OTHER)
    engine.publish({}, {"12345678"}, 2)
    assert engine.decide(QUESTION).reason is Reason.UNKNOWN_PRINCIPAL
    assert set(engine.live.states) == {"87654321"}


def test_an_account_that_is_removed_and_published_at_once_is_the_new_one():
    engine = published(NOTHING)
    engine.publish({"12345678": GRANTED}, {"12345678"}, 2)
    assert engine.decide(QUESTION).allowed


def test_the_accounts_that_do_not_change_keep_their_state_and_lease():
    engine = published(GRANTED, OTHER)
    before = engine.live
    engine.publish({"87654321": OTHER}, (), 2)
    assert engine.live.states["12345678"] is before.states["12345678"]
    assert before.lease("12345678").live


def test_the_lease_of_a_replaced_account_ends():
    engine = published(GRANTED)
    before = engine.live.lease("12345678")
    engine.publish({"12345678": GRANTED}, (), 2)
    assert not before.live
    assert engine.live.lease("12345678").live


def test_the_lease_of_a_removed_account_ends():
    engine = published(GRANTED)
    before = engine.live.lease("12345678")
    engine.publish({}, {"12345678"}, 2)
    assert not before.live


def test_answers_about_unknown_accounts_hold_until_an_account_comes_or_goes():
    engine = published(GRANTED)
    unknown_accounts = engine.live.lease("99")
    engine.publish({"12345678": NOTHING}, (), 2)
    assert unknown_accounts.live
    engine.publish({"87654321": OTHER}, (), 3)
    assert not unknown_accounts.live
    unknown_accounts = engine.live.lease("99")
    engine.publish({}, {"87654321"}, 4)
    assert not unknown_accounts.live


class WatchedLease:
    """Notes the revision that was in force at the moment it ended."""

    def __init__(self, engine):
        self._engine = engine
        self.ended_at = None

    @property
    def live(self):
        return self.ended_at is None

    @live.setter
    def live(self, _):
        self.ended_at = self._engine.live.revision


def test_a_lease_ends_before_the_new_snapshot_can_be_seen():
    engine = published(GRANTED)
    lease = engine.live.states["12345678"].lease = WatchedLease(engine)
    engine.publish({"12345678": NOTHING}, (), 2)
    assert lease.ended_at == 1


def test_a_snapshot_in_use_does_not_change():
    engine = published(GRANTED)
    before = engine.live
    engine.publish({"12345678": NOTHING}, {}, 2)
    assert before.revision == 1
    assert before.states["12345678"].account is GRANTED


@pytest.mark.parametrize("revision", [0, 1])
def test_a_revision_must_rise(revision):
    engine = published(GRANTED)
    with pytest.raises(ValueError, match="is not above 1"):
        engine.publish({"12345678": NOTHING}, (), revision)
    assert engine.decide(QUESTION).allowed
    assert engine.live.lease("12345678").live


def test_listeners_receive_the_revision_and_the_accounts_that_may_differ():
    engine, seen = published(GRANTED), []
    stop = engine.subscribe(seen.append)
    expected = Publication(2, frozenset({"87654321", "12345678"}))
    assert engine.publish({"87654321": OTHER}, {"12345678"}, 2) == expected
    stop()
    engine.publish({}, (), 3)
    assert seen == [expected]
