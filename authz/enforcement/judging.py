"""From the answers of the sidecar to a verdict on the call: served only if every one of them allows."""

from collections.abc import Sequence

from authz.client.answers import Answer, Decision
from authz.client.questions import Question
from authz.enforcement.refusals import CallRefusedError, RefusalKind, fault, refusal_of


def decided(questions: Sequence[Question], answers: Sequence[Answer]) -> Decision:
    """The last of decisions that all allow.

    Raises:
        CallRefusedError: for the first one that does not.
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
    """The refusal of a call to what no mapping names."""
    return CallRefusedError(RefusalKind.NOT_MAPPED, f"{api} is mapped to no action, so nobody may call it")
