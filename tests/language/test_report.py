import pytest

from authz.errors import Severity
from authz.language.json_text import read_json
from authz.language.report import Refusal, Report, path_text


@pytest.mark.parametrize(
    ("path", "text"),
    [((), "$"), (("statement", 0, "action", 12), "$.statement[0].action[12]"), (("a b",), "$.a b")],
)
def test_a_path_is_written_as_json_path(path, text):
    assert path_text(path) == text


def test_problems_come_in_the_order_in_which_they_were_met_with_their_places():
    report = Report()
    report.refuse(("b", 1), Refusal("Second", "is wrong"))
    report.error("First", ("a",), "is missing")
    problems = report.problems(read_json('{"a": 1,\n "b": [2,\n  3]}'), "file.json")
    assert [(each.code, each.path, each.line, each.column) for each in problems] == [
        ("Second", "$.b[1]", 3, 3),
        ("First", "$.a", 1, 2),
    ]
    assert {(each.file, each.severity) for each in problems} == {("file.json", Severity.ERROR)}
