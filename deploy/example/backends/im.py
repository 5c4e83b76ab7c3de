"""The IM backend: handlers and their mapping to CAM; a list contains only what the caller may see."""

from dataclasses import dataclass, field, replace

import grpc

from authz.enforcement import ApiMapping, Header, Listing, Permission, ServiceMapping
from deploy.example.backends import im_backend_pb2 as messages
from deploy.example.backends import im_backend_pb2_grpc as services
from deploy.example.backends.serving import HEALTH, BackendSettings, backend_command

SERVICE = messages.DESCRIPTOR.services_by_name["ImService"]
APP = "qcs::im::uin/{account}:sdkappid/{sdk_app_id}"

METHODS = {
    "DescribeAppStatList": Listing("im:DescribeAppStatList", APP, items="apps", count="total"),
    "DescribeSdkAppInfo": Permission("im:DescribeSdkAppInfo", APP),
    "ModifyAppInfo": Permission("im:ModifyAppInfo", APP),
    "RemoveUser": Permission("im:RemoveUser", APP),
}


def mapping(settings: BackendSettings) -> ApiMapping:
    """The permission that each API needs; a gateway sets the headers with the caller and its address."""
    return ApiMapping(
        [ServiceMapping(SERVICE, METHODS), ServiceMapping.public(HEALTH)],
        principal=Header("x-cam-principal"),
        context={"qcs:ip": Header("x-real-ip")},
        constants={"account": settings.account},
    )


@dataclass(frozen=True, slots=True)
class App:
    """One IM application with the users in its rooms."""

    name: str
    rooms: dict[str, frozenset[str]] = field(default_factory=lambda: {"lobby": frozenset({"ann", "ben", "cat"})})


class ImService(services.ImServiceServicer):
    """Applications in memory."""

    def __init__(self) -> None:
        self._apps = {1400000000: App("sandbox"), 1400000001: App("chat"), 1400000002: App("support")}

    async def _app(self, number: int, context: grpc.aio.ServicerContext) -> App:
        if number not in self._apps:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"no application {number}")
        return self._apps[number]

    async def DescribeAppStatList(self, _request, _context):
        apps = [
            messages.AppStat(sdk_app_id=number, users=sum(map(len, app.rooms.values())))
            for number, app in self._apps.items()
        ]
        return messages.DescribeAppStatListResponse(apps=apps, total=len(apps))

    async def DescribeSdkAppInfo(self, request, context):
        app = await self._app(request.sdk_app_id, context)
        return messages.DescribeSdkAppInfoResponse(sdk_app_id=request.sdk_app_id, name=app.name)

    async def ModifyAppInfo(self, request, context):
        app = await self._app(request.sdk_app_id, context)
        self._apps[request.sdk_app_id] = replace(app, name=request.name)
        return messages.ModifyAppInfoResponse()

    async def RemoveUser(self, request, context):
        app = await self._app(request.sdk_app_id, context)
        before = app.rooms.get(request.room, frozenset())
        left = before.difference(request.users)
        self._apps[request.sdk_app_id] = replace(app, rooms={**app.rooms, request.room: left})
        return messages.RemoveUserResponse(removed=len(before) - len(left))


def register(server: grpc.aio.Server) -> None:
    """Add the service to a server."""
    services.add_ImServiceServicer_to_server(ImService(), server)


main = backend_command("im", "127.0.0.1:50062", SERVICE.full_name, mapping, register)

if __name__ == "__main__":
    main()
