from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class SendSmsRequest(_message.Message):
    __slots__ = ("sms_sdk_app_id", "phone_numbers", "text")
    SMS_SDK_APP_ID_FIELD_NUMBER: _ClassVar[int]
    PHONE_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    sms_sdk_app_id: str
    phone_numbers: _containers.RepeatedScalarFieldContainer[str]
    text: str
    def __init__(self, sms_sdk_app_id: _Optional[str] = ..., phone_numbers: _Optional[_Iterable[str]] = ..., text: _Optional[str] = ...) -> None: ...

class SendSmsResponse(_message.Message):
    __slots__ = ("sent",)
    SENT_FIELD_NUMBER: _ClassVar[int]
    sent: int
    def __init__(self, sent: _Optional[int] = ...) -> None: ...

class SendStatusStatisticsRequest(_message.Message):
    __slots__ = ("sms_sdk_app_id",)
    SMS_SDK_APP_ID_FIELD_NUMBER: _ClassVar[int]
    sms_sdk_app_id: str
    def __init__(self, sms_sdk_app_id: _Optional[str] = ...) -> None: ...

class SendStatusStatisticsResponse(_message.Message):
    __slots__ = ("requests", "messages")
    REQUESTS_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_FIELD_NUMBER: _ClassVar[int]
    requests: int
    messages: int
    def __init__(self, requests: _Optional[int] = ..., messages: _Optional[int] = ...) -> None: ...

class DescribeAppInfoRequest(_message.Message):
    __slots__ = ("sms_sdk_app_id",)
    SMS_SDK_APP_ID_FIELD_NUMBER: _ClassVar[int]
    sms_sdk_app_id: str
    def __init__(self, sms_sdk_app_id: _Optional[str] = ...) -> None: ...

class DescribeAppInfoResponse(_message.Message):
    __slots__ = ("sms_sdk_app_id", "name", "messages_a_day", "warning_threshold")
    SMS_SDK_APP_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_A_DAY_FIELD_NUMBER: _ClassVar[int]
    WARNING_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    sms_sdk_app_id: str
    name: str
    messages_a_day: int
    warning_threshold: int
    def __init__(self, sms_sdk_app_id: _Optional[str] = ..., name: _Optional[str] = ..., messages_a_day: _Optional[int] = ..., warning_threshold: _Optional[int] = ...) -> None: ...

class ModifyFreqRuleRequest(_message.Message):
    __slots__ = ("sms_sdk_app_id", "messages_a_day")
    SMS_SDK_APP_ID_FIELD_NUMBER: _ClassVar[int]
    MESSAGES_A_DAY_FIELD_NUMBER: _ClassVar[int]
    sms_sdk_app_id: str
    messages_a_day: int
    def __init__(self, sms_sdk_app_id: _Optional[str] = ..., messages_a_day: _Optional[int] = ...) -> None: ...

class ModifyFreqRuleResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ModifyWarningThresholdRequest(_message.Message):
    __slots__ = ("sms_sdk_app_id", "warning_threshold")
    SMS_SDK_APP_ID_FIELD_NUMBER: _ClassVar[int]
    WARNING_THRESHOLD_FIELD_NUMBER: _ClassVar[int]
    sms_sdk_app_id: str
    warning_threshold: int
    def __init__(self, sms_sdk_app_id: _Optional[str] = ..., warning_threshold: _Optional[int] = ...) -> None: ...

class ModifyWarningThresholdResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
