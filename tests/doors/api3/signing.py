"""Messages as Tencent's SDK makes them, without sending them."""

import json
from unittest.mock import patch

from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.credential import Credential
from tencentcloud.common.http.request import RequestInternal
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile

from authz.doors.api3.message import Message

SECRET = "secret"
NOW = 1_700_000_000.5
HOST = "127.0.0.1:8080"
FORMS = [(sign, method) for sign in ("TC3-HMAC-SHA256", "HmacSHA1", "HmacSHA256") for method in ("POST", "GET")]
"""Every form of a signature with every method of HTTP."""


def sdk_message(
    sign_method="TC3-HMAC-SHA256",
    http_method="POST",
    action="createPolicy",
    parameters=None,
    *,
    credential=("AKIDtest", SECRET),
    host=HOST,
    unsigned_payload=False,
    region="ap-guangzhou",
    service=("cam", "2019-01-16"),
    now=NOW,
):
    """The message of a request that is made at `now`; `credential` is a key's id, its secret and perhaps a token."""
    profile = ClientProfile(signMethod=sign_method, httpProfile=HttpProfile(endpoint=host, reqMethod=http_method))
    profile.unsignedPayload = unsigned_payload
    client = CommonClient(*service, Credential(*credential), region, profile)
    request = RequestInternal(host, http_method, "/", {"Host": host})
    with patch("tencentcloud.common.abstract_client.time.time", lambda: now):
        client._build_req_inter(action, json.loads(json.dumps(parameters or {})), request)
    headers = tuple((name.lower(), value) for name, value in request.header.items())
    is_get = http_method == "GET"
    return Message(http_method, headers, request.data if is_get else "", b"" if is_get else request.data.encode())
