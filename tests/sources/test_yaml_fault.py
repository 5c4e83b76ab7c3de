"""Each fault of a YAML text is told once, where it stands, by its cause and with what to write."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from authz.errors import MalformedTextError
from authz.sources import yaml_events
from authz.sources.yaml_text import read_yaml
from tests.builders import attempt

LOADERS = [each for each in (getattr(yaml, "CSafeLoader", None), yaml.SafeLoader) if each is not None]


@pytest.mark.parametrize("loader", LOADERS)
@pytest.mark.parametrize(
    ("text", "line", "cause", "cure"),
    [
        ("users:\n\t- uin: 1\n", 2, "does not allow a tab", "write blanks"),
        ("users:\n  - uin: 1\n\t  name: x\n", 3, "does not allow a tab", "write blanks"),
        ("users:\n  \t- uin: 1\n", 2, "does not allow a tab", "write blanks"),
        ("-\ta\n", 1, "does not allow a tab", "write blanks"),
        ('a: "x\nb: 1\n', 1, "the string that begins here", 'expected a closing `"`'),
        ("a: 'x\nb: 1\n", 1, "the string that begins here", "expected a closing `'`"),
        ("a: qcs::im:: x: y\n", 1, "a key is not allowed here", "in quotes"),
        ("a: 1\n  b: 2\n", 2, "a key is not allowed here", "indent keys of one object alike"),
        ("a:1\nb: 2\n", 2, "expected `: ` after the key in line 1", "write a `:` and a blank"),
        ("a\uff1a1\nb: 2\n", 2, "expected `: ` after the key in line 1", "write a `:` and a blank"),
        ("a:\n    b: 1\n  c: 2\n", 3, "of line 1 begin in another column", "indent this"),
        ("a: 1\n- b\n", 2, "of line 1 begin in another column", "indent this"),
        ("action: *\n", 1, "begins with `*`", 'write `"*"`'),
        ("action: *:*\n", 1, "begins with `*`", 'write `"*"`'),
        ("a: @x\n", 1, "begins with `@`", "in quotes"),
        ("a: %x\n", 1, "begins with `%`", "in quotes"),
        ("a: {b: 1\n", 2, "or the `}` for the `{` of line 1", "expected a `,` before this"),
        ("a: [1, 2}\n", 1, "the `[` of line 1 is not closed", "write `]` instead of `}`"),
        ("a: [1, 2]]\n", 1, "this `]` closes nothing", "delete it"),
        ('a: "\\d"\n', 1, "not a YAML escape", "write a backslash as `\\\\`"),
        ("é: 1\nb: \x01\n", 2, "the character U+0001", "delete it"),
        ("a: 1\na: 2\n", 2, "duplicate key `a` at $.a", "keep one of them"),
    ],
)
def test_a_fault_is_told_with_its_line_its_cause_and_what_to_write(monkeypatch, loader, text, line, cause, cure):
    monkeypatch.setattr(yaml_events, "_Loader", loader)
    with pytest.raises(MalformedTextError) as caught:
        read_yaml(text)
    assert (caught.value.line, cause in str(caught.value), cure in str(caught.value)) == (line, True, True), (
        caught.value
    )


@given(st.text("ab:-[]{},#&*!|>'\"%@ \n\t\x00\x01é1?\\", max_size=40))
def test_whatever_stands_there_is_told_with_a_place_inside(text):
    _, error = attempt(MalformedTextError, lambda: read_yaml(text))
    assert error is None or 1 <= error.line <= len(text.splitlines()) + 2
    assert error is None or error.column >= 1
