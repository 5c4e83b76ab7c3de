"""Tencent Cloud's SDK: the only module that imports it, when the first account is read."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from authz.pull.errors import CallError, PullError

Call = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""Calls an action of the CAM API with its parameters; its answer. It raises CallError."""

DEFAULT_ENDPOINT = "https://cam.tencentcloudapi.com"
_TIMEOUT = 30  # seconds for one answer


def connect(endpoint: str = DEFAULT_ENDPOINT, region: str = "") -> Call:
    """Calls of CAM at an endpoint, signed with the key that the SDK's default credential chain finds.

    The chain reads the environment, the profile, the role of the machine, and the role of the pod.

    Raises:
        PullError: if the endpoint is malformed, or there is no key.
    """
    from tencentcloud.cam.v20190116.cam_client import CamClient  # noqa: PLC0415 - the SDK is an extra
    from tencentcloud.common.credential import DefaultCredentialProvider  # noqa: PLC0415
    from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException  # noqa: PLC0415
    from tencentcloud.common.profile.client_profile import ClientProfile  # noqa: PLC0415
    from tencentcloud.common.profile.http_profile import HttpProfile  # noqa: PLC0415

    scheme, host = parse_endpoint(endpoint)
    try:
        credential = DefaultCredentialProvider().get_credential()
    except TencentCloudSDKException as error:
        message = "no key was found; expected TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, or a profile"
        raise PullError(f"{message} of the SDK ({error.get_message()})") from None
    http = HttpProfile(protocol=scheme, endpoint=host, reqTimeout=_TIMEOUT, keepAlive=True)
    client = CamClient(credential, region, ClientProfile(httpProfile=http))

    def call(action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        try:
            answer = client.call_json(action, dict(parameters))
        except TencentCloudSDKException as error:
            raise CallError(action, str(error.get_code()), str(error.get_message())) from None
        except (OSError, json.JSONDecodeError) as error:  # while the body was read
            raise CallError(action, "ClientNetworkError", str(error)) from None
        found = answer.get("Response") if isinstance(answer, dict) else None
        if not isinstance(found, dict):
            raise CallError(action, "ServerNetworkError", "the answer is not one of the CAM API")
        return found

    return call


def parse_endpoint(text: str) -> tuple[str, str]:
    """The scheme of an endpoint, https unless it is given, and its host with its port.

    Raises:
        PullError: if it is anything else.
    """
    parts = urlsplit(text if "://" in text else f"https://{text}")
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query:
        raise PullError(f"`{text}` is not an endpoint; expected one such as {DEFAULT_ENDPOINT}")
    return parts.scheme, parts.netloc
