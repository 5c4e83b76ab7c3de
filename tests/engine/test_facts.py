import pytest

from authz.engine.facts import Facts

TAGGED = {"qcs:resource_tag": ("dept&ops", "game&web"), "qcs:tag/zone": ("a",)}


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("qcs:resource_tag", ("dept&ops", "game&web", "zone&a")),
        ("qcs:resource_tag/dept", ("ops",)),
        ("qcs:resource_tag/zone", ("a",)),
        ("qcs:resource_tag/none", ()),
        ("qcs:request_tag", ()),
    ],
)
def test_tags_are_read_whole_or_by_key_and_by_their_old_name(key, values):
    # cam-language 2.4
    assert Facts(TAGGED, {}, None).values(key) == values


def test_a_key_that_only_begins_like_a_tag_key_is_read_by_its_own_name_alone():
    facts = Facts({"qcs:resource_tags": ("dept&ops",)}, {}, None)
    assert facts.values("qcs:resource_tags/dept") == ()
    assert facts.values("qcs:resource_tags") == ("dept&ops",)
    assert facts.values("qcs:resource_tag/dept") == ()


def test_the_keys_read_from_the_context_are_recorded():
    facts = Facts({**TAGGED, "qcs:ip": ("10.0.0.1",), "qcs:uin": ("1",), "trace": ("7",)}, {"qcs:uin": ("2",)}, None)
    for unread in ("qcs:uin", "qcs:mfa", "qcs:request_tag"):
        facts.values(unread)
    assert facts.keys_read == set()
    facts.values("qcs:resource_tag/dept")
    assert facts.keys_read == set(TAGGED)
    facts.values("qcs:ip")
    assert facts.keys_read == {*TAGGED, "qcs:ip"}


def test_a_time_that_the_caller_gives_is_read_by_looking_for_it():
    facts = Facts({"qcs:current_time": ("x",)}, {}, 0.0)
    assert not facts.reads_clock
    assert facts.keys_read == {"qcs:current_time"}


def test_a_caller_cannot_override_its_identity():
    facts = Facts({"qcs:uin": ("1",)}, {"qcs:uin": ("100001",)}, None)
    assert facts.values("qcs:uin") == ("100001",)
    assert Facts({"qcs:uin": ("1",)}, {"qcs:uin": ()}, None).values("qcs:uin") == ()


def test_the_clock_is_read_in_whole_seconds_where_the_caller_gives_no_time():
    assert Facts({}, {}, 0.9).values("qcs:current_time") == ("1970-01-01T00:00:00Z",)
    assert Facts({"qcs:current_time": ("x",)}, {}, 0.9).values("qcs:current_time") == ("x",)
    assert Facts({}, {}, None).values("qcs:current_time") == ()


def test_the_window_is_what_all_readings_have_in_common():
    facts = Facts({}, {}, 5.0)
    assert facts.window is None
    facts.hold(0, 10)
    facts.hold(3, 20)
    assert facts.window == (3, 10)


def test_the_values_of_a_key_are_gathered_and_read_once():
    class Counted(dict):
        looked = 0

        def items(self):
            self.looked += 1
            return super().items()

    texts = []

    def number(text):
        texts.append(text)
        return int(text)

    context = Counted({"qcs:resource_tag/size": ("1", "x", "3")})
    facts = Facts(context, {}, None)
    for _ in range(100):
        assert facts.values("qcs:resource_tag/size") == ("1", "x", "3")
        assert facts.read("qcs:resource_tag/size", number) == (1, None, 3)
    assert (context.looked, texts) == (1, ["1", "x", "3"])
    assert facts.read("qcs:resource_tag/size", str.upper) == ("1", "X", "3")
