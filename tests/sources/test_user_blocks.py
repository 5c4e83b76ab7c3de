"""What is read of the users that changed is what is read of the whole file, or nothing."""

from pathlib import Path

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from authz.errors import InvalidAccountError
from authz.sources import user_blocks
from authz.sources.directory import versions
from authz.sources.directory.files import FileText
from authz.sources.directory.versions import Difference, Held, VersionMaker
from authz.sources.user_blocks import SMALLEST, UserBlocks, cut
from authz.sources.yaml_block import read_block
from tests.sources.folders import GRANT, NOTHING

KEY = "a"
MUCH = 10**9
PADDING = f"# {'-' * SMALLEST}"


def no_pause():
    """Continue at once."""


# A file, and what may become of it ----------------------------------------------------------------------------------

USERS = """
{i}- uin: '100001'
{i}  name: alice
{i}  policies:
{i}  - p
{i}- uin: '100002'  # a comment
{i}  groups: [g]
# another
{i}- name: carol
{i}  uin: "100003"

{i}  boundary: q
{i}  policies: [p, 'q']
{i}- uin: 100004
{i}  tags:
{i}    team: red
{i}  policies:
{i}    - q
"""
GROUPS = "groups:\n- name: g\n  policies: [p]"
ROLES = """roles:
- name: r
  policies: [p]
  trust:
    version: '2.0'
    statement:
    - effect: allow
      action: ['name/sts:AssumeRole']
      principal:
        service: [cvm.qcloud.com]"""
LINES = st.sampled_from(
    [
        *("", "#", "# users:", "users:", "users: []", "groups:", "roles:", "account: '2'", "app_id: '5'", "---", "..."),
        *(
            "- uin: '100001'",
            "- uin: '7'",
            "  - uin: '7'",
            "- uin: 7",
            "-",
            "- ",
            "-  uin: '8'",
            "- x",
            "  - p",
            "    - q",
        ),
        *("  name: dave", "  policies: []", "  policies: [nosuch]", "  policies:", "  groups: [h]", "  groups: [g]"),
        *("  boundary: p", "    boundary: p", "  tags:", "    a: b", "  unknown: 1", "- {uin: '7'}", "- &a x", "- *a"),
        *(
            "\tname: x",
            "  name: 'x",
            "  name: |",
            "  name: x: y",
            "   name: x",
            '"users": []',
            "uin: '9'",
            "- uin: '1'",
        ),
        *(
            "- - uin: '7'",
            "- uin: '1'",
            "  name: x y",
            "  name: x #y",
            "  name: x#y",
            "  name: é",
            "- uin: '0'",
            "  uin: '5'",
        ),
    ]
)
EDITS = st.lists(
    st.tuples(st.sampled_from(["insert", "replace", "delete", "repeat", "swap", "move"]), st.floats(0, 0.999), LINES),
    max_size=4,
)


@st.composite
def texts(draw):
    """A good file and a later version of it, which may be anything."""
    users = "users:" + USERS.format(i=draw(st.sampled_from(["", "  ", "    "]))).rstrip("\n")
    parts = draw(st.permutations(["account: '1'", users, GROUPS, *draw(st.sampled_from([[], [ROLES]]))]))
    before = "\n".join([draw(st.sampled_from([PADDING, f"---\n{PADDING}"])), *parts]) + draw(
        st.sampled_from(["", "\n"])
    )
    return before, edited(before, draw(EDITS))


def edited(text, edits):
    lines = text.split("\n")
    for what, where, line in edits:
        at = 1 + int(where * (len(lines) - 1))  # not the padding
        match what:
            case "insert":
                lines.insert(at, line)
            case "replace":
                lines = [*lines[:at], line, *lines[at + 1 :]]
            case "delete":
                lines = [*lines[:at], *lines[at + 1 :]]
            case "repeat":
                lines = [*lines[:at], *lines[at : at + 3], *lines[at:]]
            case "swap":
                lines = [*lines[:at], *lines[at + 4 : at + 8], *lines[at : at + 4], *lines[at + 8 :]]
            case "move":
                lines = [*lines[:at], *lines[at + 2 :], *lines[at : at + 2]]
    return "\n".join(lines)


def file_texts(main, p=GRANT):
    return [
        FileText("attachments.yaml", "/a/attachments.yaml", main),
        FileText("policies/p.json", "/a/policies/p.json", p),
        FileText("policies/q.json", "/a/policies/q.json", NOTHING),
    ]


def outcome(make):
    try:
        return make()
    except InvalidAccountError as error:
        return sorted(error.problems, key=str)


def read_first(maker, text):
    """What is known of an account that was read."""
    made = maker.next(KEY, Held(), Difference(file_texts(text), frozenset(), is_all=True, long_bytes=MUCH))
    return Held(account=made.account, is_good=True, attachments=made.attachments, users=made.users)


@given(texts(), st.sampled_from([GRANT, GRANT, NOTHING, "{"]), texts())
def test_an_account_is_what_its_files_are_whatever_was_known_of_it(made, p, more):
    maker = VersionMaker(Path("/"), no_pause)
    held = read_first(maker, made[0])
    assert held.users is not None
    for text in (made[1], made[0], more[1]):
        found = Difference(file_texts(text, p), frozenset(), is_all=True, long_bytes=MUCH)
        got = outcome(lambda found=found: maker.next(KEY, held, found))
        whole = outcome(lambda found=found: VersionMaker(Path("/"), no_pause).whole(KEY, found.files))
        if isinstance(got, list):
            assert got == whole
        else:
            assert got.account == whole
            event(f"users alone: {held.users is not None and held.users.next(text, no_pause, MUCH) is not None}")
            held.account, held.attachments, held.users = got.account, got.attachments, got.users


# What is read --------------------------------------------------------------------------------------------------------


def user(number, name="alice", policies="[p]"):
    return f"- uin: '{number}'\n  name: {name}\n  policies: {policies}\n"


def blocks(*users, head="account: '1'\nusers:\n", tail=""):
    """A file with these users, cut."""
    text = f"{PADDING}\n{head}{''.join(users)}{tail}"
    found = cut(text, tuple(str(100001 + number) for number in range(len(users))))
    assert isinstance(found, UserBlocks)
    return found


FIVE = [user(100001 + number) for number in range(5)]


@pytest.mark.parametrize(
    ("users", "uins", "entries"),
    [
        ([*FIVE[:2], user(100003, policies="[]"), *FIVE[3:]], [1, 2, None, 4, 5], 1),
        (FIVE[:4], [1, 2, 3, 4], 0),
        ([*FIVE[:2], *FIVE[3:]], [1, 2, 4, 5], 0),
        ([user(7), *FIVE], [None, 1, 2, 3, 4, 5], 1),
        ([FIVE[3], *FIVE[:3], FIVE[4]], [4, 1, 2, 3, 5], 0),
        ([*FIVE[:2], "# a comment\n", *FIVE[2:]], [1, None, 3, 4, 5], 1),
    ],
    ids=["changed", "last one gone", "one gone", "first one new", "moved", "comment"],
)
@pytest.mark.parametrize("tail", ["groups: []\n", "# the end\ngroups:\n- name: g\n"])
def test_only_users_of_another_text_are_parsed(users, uins, entries, tail, monkeypatch):
    before = blocks(*FIVE, tail=tail)
    parsed = []
    monkeypatch.setattr(user_blocks, "read_block", lambda text: parsed.append(text) or read_block(text))
    changed = before.next(before.text[: before.begin - 2] + "".join(users) + tail, no_pause, MUCH)
    known = [uin if uin is None else str(100000 + uin) for uin in uins]
    if tail.startswith("#") and users[-1] is not FIVE[-1]:  # the comment is the last one's
        known[-1], entries = None, entries + 1
    assert (changed.uins, len(changed.entries)) == (known, entries)
    assert len(parsed) == entries


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("account: '1'", "account: '2'"),
        lambda text: text.replace("groups: []", "groups: [x]"),
        lambda text: text.replace("name: alice", "name: |", 1),
        lambda text: text.replace("name: alice", "name: &x alice", 1),
        lambda text: text.replace("  name: alice", "name: alice", 1),
        lambda text: text.replace("- uin: '100002'", "-\n  uin: '100002'"),
        lambda text: text.replace("- uin: '100002'", "roles:\n- uin: '100002'"),
        lambda text: text[:-12],
        lambda _: "",
    ],
)
def test_a_file_that_changed_in_another_way_is_read_as_a_whole(change):
    before = blocks(*FIVE, tail="groups: []\n")
    assert change(before.text) != before.text
    assert before.next(change(before.text), no_pause, MUCH) is None


def test_more_than_may_take_long_is_left_to_whoever_has_the_time():
    before = blocks(*FIVE)
    after = before.text.replace("alice", "bob")
    assert before.next(after, no_pause, 100) is None
    assert len(before.next(after, no_pause, 1000).entries) == 5


@pytest.mark.parametrize("head", ["account: '1'\nusers: # none\n", "account: '1'\n", "account: '1'\nusers: []\n"])
def test_without_users_there_is_nothing_to_cut(head):
    assert cut(f"{PADDING}\n{head}", ()) is None


def test_a_small_file_is_not_cut():
    assert cut("account: '1'\nusers:\n" + "".join(FIVE), ("100001",) * 5) is None


def test_a_large_file_costs_what_changed(monkeypatch):
    texts = [user(100001 + number) for number in range(1000)]
    before = "account: '1'\nusers:\n" + "".join(texts)
    maker = VersionMaker(Path("/"), no_pause)
    held = read_first(maker, before)
    texts[7] = user(100008, policies="[]")
    whole = []
    monkeypatch.setattr(versions, "read_yaml", lambda *given: whole.append(given))
    found = Difference(file_texts("account: '1'\nusers:\n" + "".join(texts)), frozenset(), is_all=True, long_bytes=1000)
    after = maker.next(KEY, held, found).account
    assert whole == []
    assert [uin for uin in after.users if after.users[uin] is not held.account.users[uin]] == ["100008"]
    assert after.users["100008"].policies == ()
    assert after.policies is held.account.policies


@pytest.mark.parametrize(("uin", "code"), [("100002", "DuplicateUin"), ("1", "DuplicateUin"), ("0", "InvalidUin")])
def test_a_changed_user_without_a_uin_of_its_own_is_told_with_its_line(uin, code):
    maker = VersionMaker(Path("/"), no_pause)
    head = f"{PADDING}\naccount: '1'\nusers:\n"
    held = read_first(maker, head + "".join(FIVE))
    text = head + "".join([*FIVE[:3], user(uin), FIVE[4]])
    problems = outcome(lambda: maker.next(KEY, held, Difference(file_texts(text), frozenset(), True, MUCH)))
    assert [(each.file, each.line, each.column, each.code) for each in problems] == [
        ("/a/attachments.yaml", 13, 3, code)
    ]
