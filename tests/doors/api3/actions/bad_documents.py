"""Policy documents that are refused, each with its code."""

import json

from tests.control_plane import ACCOUNT

APP = f"qcs::im::uin/{ACCOUNT}:sdkappid/1400000001"


def _document(version="2.0", **statement):
    whole = {"effect": "allow", "action": ["name/im:*"], "resource": [APP], **statement}
    return json.dumps({"version": version, "statement": [{k: v for k, v in whole.items() if v is not None}]})


BAD_DOCUMENTS = {
    "InvalidParameter.PolicyDocumentError": "{",
    "InvalidParameter.PolicyDocumentLengthOverLimit": _document(resource=[f"{APP}{'0' * 7000}"]),
    "InvalidParameter.VersionError": _document(version="1.0"),
    "InvalidParameter.StatementError": '{"version":"2.0","statement":[]}',
    "InvalidParameter.EffectError": _document(effect="Allow"),
    "InvalidParameter.ActionError": _document(action=["im"]),
    "InvalidParameter.ActionMiss": _document(action=None),
    "InvalidParameter.ActionNotExist": _document(action=["im:MakeCoffee"]),
    "InvalidParameter.ActionServiceNotExist": _document(action=["imm:RemoveUser"]),
    "InvalidParameter.ConditionError": _document(condition="x"),
    "InvalidParameter.ConditionTypeError": _document(condition={"nearly_equal": {"qcs:ip": "10.0.0.1"}}),
    "InvalidParameter.ConditionContentError": _document(condition={"ip_equal": {"qcs:ip": "not an address"}}),
    "InvalidParameter.PrincipalError": _document(principal={"qcs": [f"qcs::cam::uin/{ACCOUNT}:root"]}),
    "InvalidParameter.ResourceError": _document(resource=None),
    "InvalidParameter.ResourceQcsError": _document(resource=[APP.replace("qcs", "aws", 1)]),
    "InvalidParameter.ResourceProjectError": _document(resource=[APP.replace("qcs::", "qcs:id/1:", 1)]),
    "InvalidParameter.ResourceContentError": _document(resource=[f"qcs::im::uin/{ACCOUNT}:"]),
    "InvalidParameter.ResourceUinError": _document(resource=[APP.replace(ACCOUNT, "87654321")]),
}
"""By the code that CAM documents for each."""
