from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class DescribeAppStatListRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class AppStat(_message.Message):
    __slots__ = ("sdk_app_id", "users")
    SDK_APP_ID_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    sdk_app_id: int
    users: int
    def __init__(self, sdk_app_id: _Optional[int] = ..., users: _Optional[int] = ...) -> None: ...

class DescribeAppStatListResponse(_message.Message):
    __slots__ = ("apps", "total")
    APPS_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    apps: _containers.RepeatedCompositeFieldContainer[AppStat]
    total: int
    def __init__(self, apps: _Optional[_Iterable[_Union[AppStat, _Mapping]]] = ..., total: _Optional[int] = ...) -> None: ...

class DescribeSdkAppInfoRequest(_message.Message):
    __slots__ = ("sdk_app_id",)
    SDK_APP_ID_FIELD_NUMBER: _ClassVar[int]
    sdk_app_id: int
    def __init__(self, sdk_app_id: _Optional[int] = ...) -> None: ...

class DescribeSdkAppInfoResponse(_message.Message):
    __slots__ = ("sdk_app_id", "name")
    SDK_APP_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    sdk_app_id: int
    name: str
    def __init__(self, sdk_app_id: _Optional[int] = ..., name: _Optional[str] = ...) -> None: ...

class ModifyAppInfoRequest(_message.Message):
    __slots__ = ("sdk_app_id", "name")
    SDK_APP_ID_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    sdk_app_id: int
    name: str
    def __init__(self, sdk_app_id: _Optional[int] = ..., name: _Optional[str] = ...) -> None: ...

class ModifyAppInfoResponse(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class RemoveUserRequest(_message.Message):
    __slots__ = ("sdk_app_id", "room", "users")
    SDK_APP_ID_FIELD_NUMBER: _ClassVar[int]
    ROOM_FIELD_NUMBER: _ClassVar[int]
    USERS_FIELD_NUMBER: _ClassVar[int]
    sdk_app_id: int
    room: str
    users: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, sdk_app_id: _Optional[int] = ..., room: _Optional[str] = ..., users: _Optional[_Iterable[str]] = ...) -> None: ...

class RemoveUserResponse(_message.Message):
    __slots__ = ("removed",)
    REMOVED_FIELD_NUMBER: _ClassVar[int]
    removed: int
    def __init__(self, removed: _Optional[int] = ...) -> None: ...
