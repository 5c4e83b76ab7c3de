from authz.client.retry import Backoff, Deadline


def test_pauses_grow_to_half_a_second_and_are_never_alike_for_long():
    backoff = Backoff()
    pauses = [backoff.next() for _ in range(12)]
    assert 0.01 <= pauses[0] <= 0.02
    assert all(0.25 <= pause <= 0.5 for pause in pauses[-5:])
    assert len(set(pauses)) == len(pauses)
    backoff.reset()
    assert backoff.next() <= 0.02


def test_a_deadline_is_one_for_all_attempts():
    now = [10.0]
    deadline = Deadline(2.0, lambda: now[0])
    assert deadline.left() == 2.0
    now[0] = 11.5
    assert deadline.left() == 0.5
    now[0] = 13.0
    assert deadline.left() == 0.0
