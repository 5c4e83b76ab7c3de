"""What was used when."""

from authz.store.usage import SignIn


def test_the_last_use_of_a_key_is_noted_without_a_revision(database):
    with database.note() as usage:
        usage.note_key_use("AKID1", 5.0)
    with database.note() as usage:
        usage.note_key_use("AKID1", 4.0)
        usage.note_key_use("AKID2", 7.0)
    with database.read() as reader:
        assert reader.usage.key_uses(["AKID1", "AKID2", "AKID3"]) == {"AKID1": 5.0, "AKID2": 7.0}
        assert reader.revision == 1


def test_failures_to_sign_in_are_counted_by_who_writes_them(database):
    with database.read() as reader:
        assert reader.usage.sign_in("100", "7") == SignIn("100", "7")
    for failures in (1, 2):
        with database.note() as usage:
            usage.note_sign_in(SignIn("100", "7", failures, 3.0))
    with database.read() as reader:
        assert reader.usage.sign_in("100", "7").failures == 2
