import pytest

from authz.spelling import did_you_mean, nearest

SERVICES = {"im", "sms", "cam", "sts"}


@pytest.mark.parametrize(
    ("word", "near"),
    [("smss", "sms"), ("SMS", "sms"), ("imm", "im"), ("camm", "cam"), ("zzzzzz", None), ("", None), ("s" * 65, None)],
)
def test_the_nearest_name_is_found_without_regard_to_case(word, near):
    assert nearest(word, SERVICES) == near


def test_a_name_is_given_as_it_is_spelt_where_it_is_known():
    assert nearest("sendsmss", ["SendSms", "PullSms"]) == "SendSms"


def test_the_caller_chooses_the_required_similarity():
    assert nearest("100009", ["100001"], 5 / 6) == "100001"
    assert nearest("100099", ["100001"], 5 / 6) is None


def test_the_end_of_a_message_is_empty_where_nothing_is_like_it():
    assert did_you_mean("smss", SERVICES) == "; did you mean `sms`?"
    assert did_you_mean("zzzzzz", SERVICES) == ""


class Counting(dict):
    """Names that count how often they are read."""

    looks = 0

    def __contains__(self, name):
        self.looks += 1
        return super().__contains__(name)

    def __iter__(self):
        raise AssertionError("all names were gone through")


@pytest.mark.parametrize("slip", ["10005", "1000055", "100065", "100505"])
def test_among_very_many_names_only_those_one_edit_away_are_found(slip):
    known = Counting.fromkeys(map(str, [100055, *range(700_000_000, 700_100_000)]))
    assert nearest(slip, known) == "100055"
    assert known.looks < 300
    assert nearest("987654", known) is None
