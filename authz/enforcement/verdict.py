"""The verdict on a call from the answers of the sidecar: it is served only if every answer allows it."""

from collections.abc import Sequence

from authz.client.answers import Answer, Decision
from authz.client.questions import Question
from authz.enforcement.refusals import CallRefusedError, RefusalKind, fault, refusal_of


def decided(questions: Sequence[Question], answers: Sequence[Answer]) -> Decision:
    """The last of the decisions, all of which allow.

    Raises:
        CallRefusedError: for the first answer that does not allow.
    """
    last: Decision | None = None
    for question, answer in zip(questions, answers, strict=True):
        if not isinstance(answer, Decision) or answer.allowed is not True:
            raise refusal_of(answer, question.action, question.resource)
        last = answer
    if last is None:
        raise fault()
    return last


def not_mapped(api: str) -> CallRefusedError:
    """The error of a call to an API that is not mapped."""
    return CallRefusedError(RefusalKind.NOT_MAPPED, f"{api} is not mapped to an action")
