"""Documents with one mistake each, by the second part of the code that CreatePolicy answers."""

from tests.builders import allow, document

MISTAKEN = {
    "PolicyDocumentError": "{",
    "VersionError": '{"version": "1.0", "statement": []}',
    "StatementError": '{"version": "2.0", "statement": []}',
    "EffectError": document({"effect": "Allow", "action": "*", "resource": "*"}),
    "ActionMiss": document({"effect": "allow", "resource": "*"}),
    "ActionError": document(allow("im")),
    "ActionNotExist": document(allow("name/im:RemoveUsers")),
    "ActionServiceNotExist": document(allow("name/imm:RemoveUser")),
    "ResourceError": document({"effect": "allow", "action": "*"}),
    "ResourceQcsError": document(allow("*", "qcx::im:::*")),
    "ResourceProjectError": document(allow("*", "qcs:1:im:::*")),
    "ResourceUinError": document(allow("*", "qcs::im::uin/87654321:sdkappid/1")),
    "ResourceContentError": document(allow("*", "qcs::im:::")),
    "ConditionError": document(allow("*", condition="x")),
    "ConditionTypeError": document(allow("*", condition={"string_equals": {"a": "b"}})),
    "ConditionContentError": document(allow("*", condition={"numeric_equal": {"a": "b"}})),
    "PrincipalError": document(allow("*", principal="*")),
    "PolicyDocumentLengthOverLimit": document(*[allow("cos:GetObject", f"qcs::cos:::b/{at:0200}") for at in range(30)]),
}
