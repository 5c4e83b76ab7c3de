"""What a writing transaction does to counters and the change log."""

from authz.store.pending import Pending
from authz.store.records import UserRecord
from tests.store.writing import ROOT, author


def test_counters_go_on_across_transactions_and_skip_numbers_that_were_given(database):
    taken = []
    for given in (0, 40, 0, 7):
        with database.write(author()) as writer:
            taken.append(writer.users.add(UserRecord(ROOT, "", f"user{given}{len(taken)}", uid=given)).uid)
    assert taken == [1_000_001, 40, 1_000_002, 7]


def test_a_counter_that_is_used_in_a_failed_transaction_goes_back(database):
    with database.read() as reader:
        pending = Pending(reader.connection, author(), None)
        assert [pending.take("group") for _ in range(3)] == [1, 2, 3]
    with database.read() as reader:
        assert Pending(reader.connection, author(), None).take("group") == 1


def test_what_is_equal_is_not_written(database):
    with database.write(author()) as writer:
        user = writer.users.add(UserRecord(ROOT, "", "alice"))
    with database.write(author()) as writer:
        writer.users.update(user)
        assert writer._pending.items == []
