from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Reason(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    REASON_UNSPECIFIED: _ClassVar[Reason]
    REASON_ROOT_ACCOUNT: _ClassVar[Reason]
    REASON_ALLOWED: _ClassVar[Reason]
    REASON_EXPLICIT_DENY: _ClassVar[Reason]
    REASON_NO_MATCHING_ALLOW: _ClassVar[Reason]
    REASON_OUTSIDE_BOUNDARY: _ClassVar[Reason]
    REASON_UNKNOWN_PRINCIPAL: _ClassVar[Reason]
    REASON_CROSS_ACCOUNT: _ClassVar[Reason]

class ListMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    LIST_MODE_UNSPECIFIED: _ClassVar[ListMode]
    LIST_MODE_STRICT: _ClassVar[ListMode]
    LIST_MODE_CAM_COMPAT: _ClassVar[ListMode]
REASON_UNSPECIFIED: Reason
REASON_ROOT_ACCOUNT: Reason
REASON_ALLOWED: Reason
REASON_EXPLICIT_DENY: Reason
REASON_NO_MATCHING_ALLOW: Reason
REASON_OUTSIDE_BOUNDARY: Reason
REASON_UNKNOWN_PRINCIPAL: Reason
REASON_CROSS_ACCOUNT: Reason
LIST_MODE_UNSPECIFIED: ListMode
LIST_MODE_STRICT: ListMode
LIST_MODE_CAM_COMPAT: ListMode

class CheckRequest(_message.Message):
    __slots__ = ("principal", "action", "resource", "context", "at_least_revision")
    class ContextEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: ContextValue
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[ContextValue, _Mapping]] = ...) -> None: ...
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    AT_LEAST_REVISION_FIELD_NUMBER: _ClassVar[int]
    principal: str
    action: str
    resource: str
    context: _containers.MessageMap[str, ContextValue]
    at_least_revision: str
    def __init__(self, principal: _Optional[str] = ..., action: _Optional[str] = ..., resource: _Optional[str] = ..., context: _Optional[_Mapping[str, ContextValue]] = ..., at_least_revision: _Optional[str] = ...) -> None: ...

class ContextValue(_message.Message):
    __slots__ = ("values",)
    VALUES_FIELD_NUMBER: _ClassVar[int]
    values: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, values: _Optional[_Iterable[str]] = ...) -> None: ...

class CheckResponse(_message.Message):
    __slots__ = ("allowed", "reason", "statement", "revision", "message")
    ALLOWED_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    allowed: bool
    reason: Reason
    statement: StatementRef
    revision: str
    message: str
    def __init__(self, allowed: bool = ..., reason: _Optional[_Union[Reason, str]] = ..., statement: _Optional[_Union[StatementRef, _Mapping]] = ..., revision: _Optional[str] = ..., message: _Optional[str] = ...) -> None: ...

class StatementRef(_message.Message):
    __slots__ = ("policy", "index", "attached_to")
    POLICY_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    ATTACHED_TO_FIELD_NUMBER: _ClassVar[int]
    policy: str
    index: int
    attached_to: str
    def __init__(self, policy: _Optional[str] = ..., index: _Optional[int] = ..., attached_to: _Optional[str] = ...) -> None: ...

class BatchCheckRequest(_message.Message):
    __slots__ = ("checks", "at_least_revision")
    CHECKS_FIELD_NUMBER: _ClassVar[int]
    AT_LEAST_REVISION_FIELD_NUMBER: _ClassVar[int]
    checks: _containers.RepeatedCompositeFieldContainer[CheckRequest]
    at_least_revision: str
    def __init__(self, checks: _Optional[_Iterable[_Union[CheckRequest, _Mapping]]] = ..., at_least_revision: _Optional[str] = ...) -> None: ...

class BatchCheckResponse(_message.Message):
    __slots__ = ("results", "revision")
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[BatchCheckResult]
    revision: str
    def __init__(self, results: _Optional[_Iterable[_Union[BatchCheckResult, _Mapping]]] = ..., revision: _Optional[str] = ...) -> None: ...

class BatchCheckResult(_message.Message):
    __slots__ = ("response", "error")
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    ERROR_FIELD_NUMBER: _ClassVar[int]
    response: CheckResponse
    error: CheckError
    def __init__(self, response: _Optional[_Union[CheckResponse, _Mapping]] = ..., error: _Optional[_Union[CheckError, _Mapping]] = ...) -> None: ...

class CheckError(_message.Message):
    __slots__ = ("code", "message")
    CODE_FIELD_NUMBER: _ClassVar[int]
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    code: int
    message: str
    def __init__(self, code: _Optional[int] = ..., message: _Optional[str] = ...) -> None: ...

class ExplainRequest(_message.Message):
    __slots__ = ("check",)
    CHECK_FIELD_NUMBER: _ClassVar[int]
    check: CheckRequest
    def __init__(self, check: _Optional[_Union[CheckRequest, _Mapping]] = ...) -> None: ...

class ExplainResponse(_message.Message):
    __slots__ = ("response", "statements", "suggestions", "omitted_statements")
    RESPONSE_FIELD_NUMBER: _ClassVar[int]
    STATEMENTS_FIELD_NUMBER: _ClassVar[int]
    SUGGESTIONS_FIELD_NUMBER: _ClassVar[int]
    OMITTED_STATEMENTS_FIELD_NUMBER: _ClassVar[int]
    response: CheckResponse
    statements: _containers.RepeatedCompositeFieldContainer[StatementTrace]
    suggestions: _containers.RepeatedCompositeFieldContainer[Suggestion]
    omitted_statements: int
    def __init__(self, response: _Optional[_Union[CheckResponse, _Mapping]] = ..., statements: _Optional[_Iterable[_Union[StatementTrace, _Mapping]]] = ..., suggestions: _Optional[_Iterable[_Union[Suggestion, _Mapping]]] = ..., omitted_statements: _Optional[int] = ...) -> None: ...

class StatementTrace(_message.Message):
    __slots__ = ("statement", "effect", "action_matched", "resource_matched", "condition_matched", "conditions", "summary")
    STATEMENT_FIELD_NUMBER: _ClassVar[int]
    EFFECT_FIELD_NUMBER: _ClassVar[int]
    ACTION_MATCHED_FIELD_NUMBER: _ClassVar[int]
    RESOURCE_MATCHED_FIELD_NUMBER: _ClassVar[int]
    CONDITION_MATCHED_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    statement: StatementRef
    effect: str
    action_matched: bool
    resource_matched: bool
    condition_matched: bool
    conditions: _containers.RepeatedCompositeFieldContainer[ConditionTrace]
    summary: str
    def __init__(self, statement: _Optional[_Union[StatementRef, _Mapping]] = ..., effect: _Optional[str] = ..., action_matched: bool = ..., resource_matched: bool = ..., condition_matched: bool = ..., conditions: _Optional[_Iterable[_Union[ConditionTrace, _Mapping]]] = ..., summary: _Optional[str] = ...) -> None: ...

class ConditionTrace(_message.Message):
    __slots__ = ("operator", "key", "expected", "actual", "matched")
    OPERATOR_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    EXPECTED_FIELD_NUMBER: _ClassVar[int]
    ACTUAL_FIELD_NUMBER: _ClassVar[int]
    MATCHED_FIELD_NUMBER: _ClassVar[int]
    operator: str
    key: str
    expected: _containers.RepeatedScalarFieldContainer[str]
    actual: _containers.RepeatedScalarFieldContainer[str]
    matched: bool
    def __init__(self, operator: _Optional[str] = ..., key: _Optional[str] = ..., expected: _Optional[_Iterable[str]] = ..., actual: _Optional[_Iterable[str]] = ..., matched: bool = ...) -> None: ...

class Suggestion(_message.Message):
    __slots__ = ("text", "policy_document", "lift", "additions", "context")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    POLICY_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    LIFT_FIELD_NUMBER: _ClassVar[int]
    ADDITIONS_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    policy_document: str
    lift: _containers.RepeatedCompositeFieldContainer[StatementRef]
    additions: _containers.RepeatedCompositeFieldContainer[PolicyAddition]
    context: _containers.RepeatedCompositeFieldContainer[ContextChange]
    def __init__(self, text: _Optional[str] = ..., policy_document: _Optional[str] = ..., lift: _Optional[_Iterable[_Union[StatementRef, _Mapping]]] = ..., additions: _Optional[_Iterable[_Union[PolicyAddition, _Mapping]]] = ..., context: _Optional[_Iterable[_Union[ContextChange, _Mapping]]] = ...) -> None: ...

class PolicyAddition(_message.Message):
    __slots__ = ("attach_to", "policy_document")
    ATTACH_TO_FIELD_NUMBER: _ClassVar[int]
    POLICY_DOCUMENT_FIELD_NUMBER: _ClassVar[int]
    attach_to: str
    policy_document: str
    def __init__(self, attach_to: _Optional[str] = ..., policy_document: _Optional[str] = ...) -> None: ...

class ContextChange(_message.Message):
    __slots__ = ("key", "values")
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    key: str
    values: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, key: _Optional[str] = ..., values: _Optional[_Iterable[str]] = ...) -> None: ...

class AllowedResourcesRequest(_message.Message):
    __slots__ = ("principal", "action", "context", "at_least_revision", "mode")
    class ContextEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: ContextValue
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[ContextValue, _Mapping]] = ...) -> None: ...
    PRINCIPAL_FIELD_NUMBER: _ClassVar[int]
    ACTION_FIELD_NUMBER: _ClassVar[int]
    CONTEXT_FIELD_NUMBER: _ClassVar[int]
    AT_LEAST_REVISION_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    principal: str
    action: str
    context: _containers.MessageMap[str, ContextValue]
    at_least_revision: str
    mode: ListMode
    def __init__(self, principal: _Optional[str] = ..., action: _Optional[str] = ..., context: _Optional[_Mapping[str, ContextValue]] = ..., at_least_revision: _Optional[str] = ..., mode: _Optional[_Union[ListMode, str]] = ...) -> None: ...

class AllowedResourcesResponse(_message.Message):
    __slots__ = ("allow", "deny", "needs_check", "revision", "remarks")
    ALLOW_FIELD_NUMBER: _ClassVar[int]
    DENY_FIELD_NUMBER: _ClassVar[int]
    NEEDS_CHECK_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    REMARKS_FIELD_NUMBER: _ClassVar[int]
    allow: _containers.RepeatedScalarFieldContainer[str]
    deny: _containers.RepeatedScalarFieldContainer[str]
    needs_check: bool
    revision: str
    remarks: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, allow: _Optional[_Iterable[str]] = ..., deny: _Optional[_Iterable[str]] = ..., needs_check: bool = ..., revision: _Optional[str] = ..., remarks: _Optional[_Iterable[str]] = ...) -> None: ...

class WatchRevisionRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WatchRevisionResponse(_message.Message):
    __slots__ = ("revision", "accounts", "all")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    ACCOUNTS_FIELD_NUMBER: _ClassVar[int]
    ALL_FIELD_NUMBER: _ClassVar[int]
    revision: str
    accounts: _containers.RepeatedScalarFieldContainer[str]
    all: bool
    def __init__(self, revision: _Optional[str] = ..., accounts: _Optional[_Iterable[str]] = ..., all: bool = ...) -> None: ...
