"""An entry of the change log is shown on lines that nothing in it can forge."""

from authz.cli.change_lines import change_lines, change_value, time_text
from authz.store.author import Channel
from authz.store.change_log import Change, ChangeItem


def change(*items, **more):
    fields = {
        "revision": 7, "account": "1", "at": 1.5, "principal": "qcs::cam::uin/1:root", "channel": Channel.API,
        "action": "AddUser", "request_id": "r", "address": "192.0.2.1",
    }  # fmt: skip
    return Change(**{**fields, **more}, items=items)


def test_the_head_says_when_who_and_by_what():
    (line,) = change_lines(change())
    assert line == (
        "\x1b[1mrevision 7  1970-01-01 00:00:01 UTC  AddUser\x1b[0m  by qcs::cam::uin/1:root (api from 192.0.2.1)"
    )


def test_a_changed_record_shows_what_differs_and_long_texts_in_part():
    before, after = (
        {"policy_id": 5, "version": 2, "document": "a"},
        {"policy_id": 5, "version": 2, "document": "b" * 99},
    )
    _, line = change_lines(change(ChangeItem("policy_version", before, after)))
    assert '~ policy version 2 of policy 5: document "a" -> "' + "b" * 59 + "…" in line


def test_a_line_break_in_a_name_is_escaped():
    _, line = change_lines(change(ChangeItem("user", None, {"name": "a\nrevision 8", "uin": "5"})))
    assert "+ user a\\nrevision 8 (5)" in line


def test_each_kind_of_holder_is_named():
    items = [ChangeItem("attachment", None, {"policy_id": 5, "holder": kind, "holder_id": "6"}) for kind in (1, 2, 3)]
    lines = list(change_lines(change(*items)))[1:]
    assert [line.split(" to ")[1].split(" ")[0] for line in lines] == ["user", "group", "role"]


def test_the_json_form_has_everything():
    item = ChangeItem("user", {"name": "a"}, None)
    value = change_value(change(item))
    assert value["items"] == [{"entity": "user", "before": {"name": "a"}, "after": None}]
    assert (value["channel"], value["request_id"]) == ("api", "r")


def test_a_time_that_is_not_known_is_a_dash():
    assert time_text(0.0) == "-"


def test_times_are_shown_only_where_nothing_else_differs():
    before, after = {"name": "a", "id": 1, "updated_at": 1.0}, {"name": "b", "id": 1, "updated_at": 2.0}
    _, line = change_lines(change(ChangeItem("policy", before, after)))
    assert '~ policy b (1): name "a" -> "b"\x1b' in line
    _, line = change_lines(change(ChangeItem("policy", before, before | {"updated_at": 2.0})))
    assert "updated_at 1.0 -> 2.0" in line
