from authz.cli.answer import show_answer, show_explanation
from authz.v1 import authz_pb2


def test_an_answer_without_statement_says_why_all_the_same(capsys):
    show_answer(authz_pb2.CheckResponse(allowed=True, reason=authz_pb2.REASON_ROOT_ACCOUNT), as_json=False)
    assert capsys.readouterr().out == "allowed: the root account may do everything with what it owns (ROOT_ACCOUNT)\n"


def test_an_explanation_tells_parts_that_did_not_match(capsys):
    trace = authz_pb2.StatementTrace(
        statement={"policy": "p", "index": 2, "attached_to": "user/1"},
        effect="allow",
        condition_matched=True,
        summary="s",
    )
    answer = authz_pb2.CheckResponse(reason=authz_pb2.REASON_NO_MATCHING_ALLOW)
    show_explanation(authz_pb2.ExplainResponse(response=answer, statements=[trace]), as_json=False)
    assert "  p[2] of user/1: s: action and resource do not match\n" in capsys.readouterr().out
