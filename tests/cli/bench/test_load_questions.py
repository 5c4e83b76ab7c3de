import pytest

from authz.cli.bench import load_questions as questions
from authz.errors import MalformedTextError
from authz.v1 import authz_pb2


def test_warm_questions_are_a_thousand_distinct_ones_over_and_over():
    asked = list(questions.warm(2500))
    assert (len(asked), len(set(asked))) == (2500, 1000)


LINE = '{"principal": "qcs::cam::uin/1:uin/2", "action": "im:AddUser", "context": {"qcs:ip": {"values": ["10.0.0.1"]}}}'


def test_questions_of_ones_own_come_from_a_file_of_json_lines(tmp_path):
    file = tmp_path / "questions.jsonl"
    file.write_text(f"{LINE}\n\n{LINE.replace('AddUser', 'RemoveUser')}\n")
    asked = [authz_pb2.CheckRequest.FromString(each) for each in questions.read_questions(file)]
    assert [each.action for each in asked] == ["im:AddUser", "im:RemoveUser"]
    assert list(asked[0].context["qcs:ip"].values) == ["10.0.0.1"]


@pytest.mark.parametrize(
    ("text", "told"), [(f"{LINE}\n{{", ":2: "), ('{"who": "x"}', ":1: "), ("\n", "expected at least")]
)
def test_a_line_that_is_no_question_is_named(tmp_path, text, told):
    file = tmp_path / "questions.jsonl"
    file.write_text(text)
    with pytest.raises(MalformedTextError, match=told):
        questions.read_questions(file)
