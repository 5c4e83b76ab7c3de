from hypothesis import given
from hypothesis import strategies as st

from authz.control.transfer_order import in_order
from authz.store.records import AttachmentRecord, HolderKind


def held(policy_id, position=0):
    return AttachmentRecord("1", HolderKind.USER, "2", policy_id, position=position)


def policy_of(record):
    return record.policy_id


def test_what_is_in_order_stays():
    old = [held(1, 5), held(2, 9)]
    assert in_order(old, old, policy_of) == ([], [])


def test_new_ones_come_last():
    old = [held(1, 5)]
    assert in_order(old, [*old, held(2)], policy_of) == ([], [held(2)])


def test_what_moves_is_added_again():
    old = [held(1, 5), held(2, 9)]
    assert in_order(old, [old[1], old[0]], policy_of) == ([old[0]], [held(1)])


@given(
    before=st.lists(st.integers(1, 6), unique=True),
    after=st.lists(st.tuples(st.integers(1, 6), st.integers(0, 9)), unique_by=lambda pair: pair[0]),
)
def test_the_rows_are_those_wanted_in_their_order(before, after):
    old = [held(policy_id, at) for at, policy_id in enumerate(before, 10)]
    known = {each.policy_id: each for each in old}
    wanted = [known.get(policy_id, held(policy_id, position)) for policy_id, position in after]
    gone, new = in_order(old, wanted, policy_of)
    rows = [each for each in old if each not in gone]
    for at, each in enumerate(new, 100):  # as the store chooses positions
        rows.append(held(each.policy_id, each.position or at))
    assert [each.policy_id for each in sorted(rows, key=lambda row: row.position)] == [pair[0] for pair in after]
