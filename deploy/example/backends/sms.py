"""The SMS backend: handlers and their mapping to CAM; the sidecar decides which calls they serve."""

from dataclasses import dataclass, replace

import grpc

from authz.enforcement import ApiMapping, Header, Permission, ServiceMapping
from deploy.example.backends import sms_backend_pb2 as messages
from deploy.example.backends import sms_backend_pb2_grpc as services
from deploy.example.backends.serving import HEALTH, BackendSettings, backend_command

SERVICE = messages.DESCRIPTOR.services_by_name["SmsService"]
APP = "qcs::sms::uin/{account}:app/{sms_sdk_app_id}"

METHODS = {
    "SendSms": Permission("sms:SendSms"),
    "SendStatusStatistics": Permission("sms:SendStatusStatistics"),
    "DescribeAppInfo": Permission("sms:DescribeAppInfo", APP),
    "ModifyFreqRule": Permission("sms:ModifyFreqRule", APP),
    "ModifyWarningThreshold": Permission("sms:ModifyWarningThreshold", APP),
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
    """One SMS application."""

    name: str
    messages_a_day: int = 1000
    warning_threshold: int = 800
    requests: int = 0
    sent: int = 0


class SmsService(services.SmsServiceServicer):
    """Applications in memory."""

    def __init__(self) -> None:
        self._apps = {"1400000001": App("orders"), "1400000002": App("campaigns")}

    async def _app(self, number: str, context: grpc.aio.ServicerContext) -> App:
        if number not in self._apps:
            await context.abort(grpc.StatusCode.NOT_FOUND, f"no application {number}")
        return self._apps[number]

    async def SendSms(self, request, context):
        app = await self._app(request.sms_sdk_app_id, context)
        count = len(request.phone_numbers)
        self._apps[request.sms_sdk_app_id] = replace(app, requests=app.requests + 1, sent=app.sent + count)
        return messages.SendSmsResponse(sent=count)

    async def SendStatusStatistics(self, request, context):
        app = await self._app(request.sms_sdk_app_id, context)
        return messages.SendStatusStatisticsResponse(requests=app.requests, messages=app.sent)

    async def DescribeAppInfo(self, request, context):
        app = await self._app(request.sms_sdk_app_id, context)
        return messages.DescribeAppInfoResponse(
            sms_sdk_app_id=request.sms_sdk_app_id,
            name=app.name,
            messages_a_day=app.messages_a_day,
            warning_threshold=app.warning_threshold,
        )

    async def ModifyFreqRule(self, request, context):
        app = await self._app(request.sms_sdk_app_id, context)
        self._apps[request.sms_sdk_app_id] = replace(app, messages_a_day=request.messages_a_day)
        return messages.ModifyFreqRuleResponse()

    async def ModifyWarningThreshold(self, request, context):
        app = await self._app(request.sms_sdk_app_id, context)
        self._apps[request.sms_sdk_app_id] = replace(app, warning_threshold=request.warning_threshold)
        return messages.ModifyWarningThresholdResponse()


def register(server: grpc.aio.Server) -> None:
    """Add the service to a server."""
    services.add_SmsServiceServicer_to_server(SmsService(), server)


main = backend_command("sms", "127.0.0.1:50061", SERVICE.full_name, mapping, register)

if __name__ == "__main__":
    main()
