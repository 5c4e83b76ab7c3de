"""What every client is made to ask, and what our own client hears."""

from authz.client import Client, ClientError, InvalidQuestionError

_ROOT = "qcs::cam::uin/12345678"
_IM = "qcs::im::uin/12345678:sdkappid/1400000001"
QUESTIONS = [
    {"principal": f"{_ROOT}:uin/100001", "action": "im:AddUser", "resource": _IM},
    {"principal": f"{_ROOT}:uin/100001", "action": "im:RemoveUser", "resource": _IM},
    {"principal": f"{_ROOT}:uin/100008", "action": "sms:SendSms", "resource": "*"},
    {"principal": f"{_ROOT}:uin/100013", "action": "im:AddUser", "resource": _IM},
    {
        "principal": f"{_ROOT}:uin/100013",
        "action": "im:AddUser",
        "resource": _IM,
        "context": {"qcs:ip": {"values": ["10.1.2.3"]}},
    },
    {"principal": f"{_ROOT}:uin/100014", "action": "sms:SendSms", "resource": "*"},
    {"principal": f"{_ROOT}:uin/999999", "action": "im:AddUser", "resource": _IM},
    {"principal": f"{_ROOT}:root", "action": "im:AddUser", "resource": _IM},
    {"principal": f"{_ROOT}:uin/100003", "action": "im:AddUser", "resource": "qcs::im::uin/87654321:sdkappid/1"},
    {"principal": "nobody", "action": "im:AddUser", "resource": _IM},
]
"""As JSON has them: every reason there is, and an error."""


def expected(sidecar, question):
    """Whether it is allowed and the reason's name in the contract, or the name of the status."""
    context = {key: value["values"] for key, value in question.get("context", {}).items()}
    with Client(sidecar.tcp) as client:
        try:
            decision = client.check(question["principal"], question["action"], question["resource"], context)
        except InvalidQuestionError:
            return "INVALID_ARGUMENT"
        except ClientError as error:
            return type(error).__name__
    return decision.allowed, f"REASON_{decision.reason.name}"
