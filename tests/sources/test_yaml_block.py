"""Whatever is read line by line means what libyaml's events say; all else is left to them."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.sources.yaml_block import MAX_DEPTH, NOT_BLOCK, read_block
from authz.sources.yaml_events import read_events
from tests.sidecar import EXAMPLE
from tests.waiting import DEADLINE

ATTACHMENTS = """\
# Of the department.
account: "10000000"
app_id: 1250000000   # as the console shows it
users:
  - uin: '100001'
    name: 张三 (on call)
    groups: [staff, 'on, call' ]
    boundary: im-all
  - uin: 100002

    policies:
    - app-0
    -  sms
    tags:
      team: a:b
      empty:
groups:
- name: staff
  policies: []
roles:
"""


@pytest.mark.parametrize(
    "text",
    [
        ATTACHMENTS,
        f"---\n{ATTACHMENTS}",
        "a: true\nb: null\nc: -1\nd: 007\ne: 12345678901234567890123456789012\nf: '1'\ng: yes\n",
        "- a\n- b: 1\n  c:\n  - d\n  e: 2\n- f\n",
        "a:\n\n# deeper\n      # still\n  - b\n",
        "a:\nb:\n",
    ],
)
def test_files_as_people_and_programs_write_them_are_read_line_by_line(text):
    plain = text.replace("-1", "1")  # a number below zero is left to libyaml
    assert read_block(plain) is not NOT_BLOCK
    assert read_block(plain) == read_events(plain).value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "text",
        " a: 1",
        "a: 1\na: 2",
        "a: 1\n  b: 2",
        "a: one\n  line more",
        "- a\n  - b",
        "- a\nb: 1",
        "a:\n  b: 1\n c: 2",
        "a: b: c",
        "a: {b: c}",
        "a: [b: c]",
        "a: [b,\n  c]",
        "a: |\n  text",
        "a: &x 1",
        "a: *x",
        "a: !t 1",
        "a: 'it''s'",
        'a: "\\n"',
        "a: 'open",
        "a: b#c: d",
        "a: b\t",
        "a:\tb",
        "a: \u2028",
        "a: \x85",
        "a: \ud800",
        "a: 1\r\nb: 2",
        "a: 1\n---\nb: 2",
        "a: 1\n...\n",
        "%YAML 1.1\n---\na: 1",
        "? a\n: 1",
        "<<: a",
        "- - a",
        "-\n  a",
    ],
)
def test_all_else_is_left_to_libyaml(text):
    assert read_block(text) is NOT_BLOCK


@pytest.mark.parametrize("levels", [MAX_DEPTH - 3, MAX_DEPTH, 10 * MAX_DEPTH])
def test_what_is_nested_deeply_is_left_to_libyaml(levels):
    text = "".join(f"{'  ' * level}a:\n" for level in range(levels))
    assert (read_block(text) is NOT_BLOCK) == (levels >= MAX_DEPTH)


PIECES = st.sampled_from(
    ["a", "b c", "1", "true", "a:b", "'q'", "'x, y'", '"d # e"', "[]", "[a, b]", "[a,'b']", "# c", "é", "", "", "x # y"]
)
LINES = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "", "  ", "  ", " ", "    "]),
    st.sampled_from(["", "", "- ", "-  "]),
    st.sampled_from(["", "k: ", "l: ", "m:", "n: "]),
    PIECES,
)


@given(st.lists(LINES, max_size=8).map("\n".join))
def test_lines_of_all_kinds_mean_what_the_events_say(text):
    value = read_block(text)
    assert value is NOT_BLOCK or value == read_events(text).value


@given(st.data())
def test_no_slip_of_the_pen_makes_it_mean_something_else(data):
    at = data.draw(st.integers(0, len(ATTACHMENTS)))
    gone = data.draw(st.integers(0, 3))
    slip = data.draw(st.text(" \n\t-:#,'\"[]{}ab1é&*!|>%@`\\.~?=\u2028\x85\u0661", max_size=3))
    text = ATTACHMENTS[:at] + slip + ATTACHMENTS[at + gone :]
    value = read_block(text)
    assert value is NOT_BLOCK or value == read_events(text).value


def test_it_rests_between_small_pieces_of_work():
    rests = []
    read_block("- a\n" * 1000, lambda: rests.append(1))
    assert len(rests) >= 1000 / 50


def test_a_plain_file_is_read_without_loading_pyyaml():
    program = (
        "import sys; from authz.sources.yaml_text import read_yaml\n"
        f"assert read_yaml({ATTACHMENTS!r}).value['account'] == '10000000'\n"
        "print('yaml' in sys.modules)"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=DEADLINE)
    assert (result.stdout, result.stderr) == ("False\n", "")


def test_the_example_means_the_same_either_way():
    text = (EXAMPLE / "12345678" / "attachments.yaml").read_text().partition("    trust:")[0]
    assert read_block(text) == read_events(text).value
