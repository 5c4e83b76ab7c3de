"""Whom the API takes for whom: forged, stale, repeated and altered requests are refused with the right code."""

import http.client
import json
from unittest.mock import patch
from urllib.parse import parse_qs, urlencode

import pytest
from tencentcloud.common.common_client import CommonClient
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.http.request import RequestInternal

from tests.control_plane import ControlPlaneProcess, assume_role, call
from tests.doors.api3.actions.world import TRUST
from tests.waiting import eventually

NOT_FOUND = "AuthFailure.SecretIdNotFound"
WRONG = "AuthFailure.SignatureFailure"
EXPIRED = "AuthFailure.SignatureExpire"
FORMS = [(sign, http_) for sign in ("TC3-HMAC-SHA256", "HmacSHA1", "HmacSHA256") for http_ in ("POST", "GET")]


@pytest.fixture(scope="module")
def plane(tmp_path_factory):
    folder = tmp_path_factory.mktemp("plane")
    with ControlPlaneProcess(f"sqlite:///{folder}/control.db", folder) as running:
        yield running


@pytest.fixture(scope="module")
def role(plane):
    """The resource name of a role that root may assume, which may list policies."""
    client = plane.client()
    call(client, "CreateRole", RoleName="reader", PolicyDocument=TRUST)
    document = '{"version":"2.0","statement":[{"effect":"allow","action":"cam:ListPolicies","resource":"*"}]}'
    policy = call(client, "CreatePolicy", PolicyName="may-list", PolicyDocument=document).PolicyId
    call(client, "AttachRolePolicy", PolicyId=policy, AttachRoleName="reader")
    return call(client, "GetRole", RoleName="reader").RoleInfo.RoleArn


def code_of(client, action="ListPolicies", **parameters):
    """The code of a refusal, or of a success."""
    try:
        client.call_json(action, parameters)
    except TencentCloudSDKException as error:
        return error.code
    return "Success"


def signed(plane, sign_method="TC3-HMAC-SHA256", http_method="POST", key=None, region="", **parameters):
    """A request of the SDK as (method, path, headers, body), to be changed before it is sent."""
    credential = plane.credential(key or plane.root)
    client = CommonClient("cam", "2019-01-16", credential, region, plane.profile(sign_method, http_method))
    request = RequestInternal(plane.endpoint, http_method, "/", {"Host": plane.endpoint})
    client._build_req_inter("ListPolicies", parameters, request)
    if http_method == "GET":
        return "GET", f"/?{request.data}", list(request.header.items()), ""
    return "POST", "/", list(request.header.items()), request.data


def send(plane, request):
    """The HTTP status, headers and response object of a raw request."""
    method, path, headers, body = request
    connection = http.client.HTTPConnection(plane.endpoint)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in headers:
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body.encode())))
        connection.endheaders(body.encode())
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, dict(answer.getheaders()), content
    finally:
        connection.close()


def outcome(plane, request):
    """The code of the answer to a raw request, which has the form that the SDK reads."""
    status, headers, content = send(plane, request)
    assert (status, headers["content-type"]) == (200, "application/json")
    assert headers["X-Authz-Revision".lower()].isdecimal()
    response = json.loads(content)["Response"]
    assert response["RequestId"]
    return response["Error"]["Code"] if "Error" in response else "Success"


def changed(request, name, value):
    """The request with another value of a header; None leaves it out."""
    method, path, headers, body = request
    others = [each for each in headers if each[0] != name]
    return method, path, others if value is None else [*others, (name, value)], body


@pytest.mark.parametrize(("sign_method", "http_method"), FORMS)
def test_every_form_of_the_sdk_is_accepted(sign_method, http_method, plane):
    client = plane.client(sign_method=sign_method, http_method=http_method, region="ap-guangzhou")
    assert call(client, "ListPolicies", Rp=1).TotalNum > 0
    assert outcome(plane, signed(plane, sign_method, http_method)) == "Success"


@pytest.mark.parametrize(("sign_method", "http_method"), FORMS)
def test_a_wrong_key_is_refused(sign_method, http_method, plane):
    key = {**plane.root, "SecretKey": "wrong"}
    assert code_of(plane.client(key, sign_method=sign_method, http_method=http_method)) == WRONG


@pytest.mark.parametrize(("sign_method", "http_method"), FORMS)
def test_unknown_disabled_and_deleted_keys_are_refused_alike(sign_method, http_method, plane):
    root = plane.client()
    made = call(root, "AddUser", Name=f"u-{sign_method}-{http_method}", UseApi=1)
    key = {"SecretId": made.SecretId, "SecretKey": made.SecretKey}
    client = plane.client(key, sign_method=sign_method, http_method=http_method)
    assert code_of(client, "GetUserAppId") == "Success"
    messages = set()
    for step in ("disable", "delete", "unknown"):
        if step == "disable":
            call(root, "UpdateAccessKey", AccessKeyId=made.SecretId, TargetUin=made.Uin, Status="Inactive")
        elif step == "delete":
            call(root, "DeleteAccessKey", AccessKeyId=made.SecretId, TargetUin=made.Uin)
        else:
            client = plane.client(
                {**key, "SecretId": "AKID" + "x" * 32}, sign_method=sign_method, http_method=http_method
            )
        with pytest.raises(TencentCloudSDKException) as caught:
            client.call_json("GetUserAppId", {})
        assert caught.value.code == NOT_FOUND
        messages.add(caught.value.message)
    assert len(messages) == 1


@pytest.mark.parametrize(("sign_method", "http_method"), FORMS)
@pytest.mark.parametrize("seconds", [-400, 400])
def test_a_stale_clock_is_refused(sign_method, http_method, seconds, plane):
    now = time_of(signed(plane, "HmacSHA1"))
    with patch("tencentcloud.common.abstract_client.time.time", lambda: now + seconds):
        request = signed(plane, sign_method, http_method)
    assert outcome(plane, request) == EXPIRED


def time_of(request):
    """The time at which a form was signed."""
    return int(parse_qs(request[3])["Timestamp"][0])


def test_a_changed_body_is_refused(plane):
    method, path, headers, _ = signed(plane, Rp=1)
    assert outcome(plane, (method, path, headers, '{"Rp": 2}')) == WRONG


def test_a_changed_query_is_refused(plane):
    method, path, headers, body = signed(plane, http_method="GET", Rp=1)
    assert outcome(plane, (method, path.replace("Rp=1", "Rp=2"), headers, body)) == WRONG


@pytest.mark.parametrize("name", ["Action", "Region", "Rp"])
def test_a_changed_parameter_of_an_older_form_is_refused(name, plane):
    method, path, headers, body = signed(plane, "HmacSHA256", region="ap-guangzhou", Rp=1)
    values = {key: value[0] for key, value in parse_qs(body).items()}
    assert outcome(plane, (method, path, headers, urlencode({**values, name: "GetAccountSummary"}))) == WRONG


def test_tc3_covers_neither_action_nor_region(plane):
    """A property of the form, which docs/cam-api.md states: only TLS protects them."""
    request = signed(plane, region="ap-guangzhou")
    assert outcome(plane, changed(request, "X-TC-Region", "ap-beijing")) == "Success"
    assert outcome(plane, changed(request, "X-TC-Action", "GetAccountSummary")) == "Success"


def test_a_changed_host_is_refused(plane):
    assert outcome(plane, changed(signed(plane), "Host", "cam.tencentcloudapi.com")) == WRONG


def test_a_second_host_header_is_refused(plane):
    """By the HTTP server, as RFC 9112 (3.2) demands: the request does not reach the API."""
    method, path, headers, body = signed(plane)
    status, _, _ = send(plane, (method, path, [*headers, ("Host", plane.endpoint)], body))
    assert status == 400


@pytest.mark.parametrize("name", ["X-TC-Action", "Content-Type", "X-TC-Timestamp", "Authorization", "X-TC-Token"])
def test_a_header_that_is_given_twice_is_refused(name, plane):
    method, path, headers, body = signed(plane)
    value = dict(headers).get(name, "x")
    others = [each for each in headers if each[0] != name]
    assert outcome(plane, (method, path, [*others, (name, value), (name, value)], body)) == WRONG


@pytest.mark.parametrize("authorization", [None, "SKIP", "Bearer abc"])
def test_a_request_that_is_not_signed_is_refused(authorization, plane):
    assert outcome(plane, changed(signed(plane), "Authorization", authorization)) == WRONG


@pytest.mark.parametrize("http_method", ["POST", "GET"])
@pytest.mark.parametrize("sign_method", ["HmacSHA1", "HmacSHA256"])
def test_a_nonce_is_used_once(sign_method, http_method, plane):
    request = signed(plane, sign_method, http_method)
    assert outcome(plane, request) == "Success"
    assert outcome(plane, request) == WRONG


def test_a_version_that_is_not_served_is_refused(plane):
    assert outcome(plane, changed(signed(plane), "X-TC-Version", "2017-03-12")) == "NoSuchVersion"
    assert outcome(plane, changed(signed(plane), "X-TC-Version", "2018-08-13")) == "NoSuchVersion"


def test_a_session_may_do_what_its_role_may(plane, role):
    session = plane.client(assume_role(plane, role))
    assert code_of(session, "ListPolicies") == "Success"
    assert code_of(session, "CreateGroup", GroupName="g") == "AuthFailure.UnauthorizedOperation"
    for form in FORMS:
        older = plane.client(assume_role(plane, role), sign_method=form[0], http_method=form[1])
        assert code_of(older, "ListPolicies") == "Success"


def test_a_session_key_needs_its_own_token(plane, role):
    session, other = assume_role(plane, role), assume_role(plane, role, name="session-2")
    for token in (other["Token"], "x", session["Token"][:-2], "x" * 5000):
        assert code_of(plane.client({**session, "Token": token})) == "AuthFailure.TokenFailure"
    assert code_of(plane.client({**session, "Token": None})) == "AuthFailure.TokenFailure"
    assert code_of(plane.client({**session, "SecretKey": "wrong"})) == WRONG
    assert code_of(plane.client({**plane.root, "Token": session["Token"]})) == "AuthFailure.TokenFailure"


def test_a_session_ends_with_its_role(plane):
    root = plane.client()
    call(root, "CreateRole", RoleName="short", PolicyDocument=TRUST)
    arn = call(root, "GetRole", RoleName="short").RoleInfo.RoleArn
    session = plane.client(assume_role(plane, arn))
    assert code_of(session, "GetUserAppId") == "Success"
    call(root, "DeleteRole", RoleName="short")
    assert code_of(session, "GetUserAppId") == "AuthFailure.TokenFailure"


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        (
            {"RoleArn": "qcs::cam::uin/12345678:roleName/none", "RoleSessionName": "abc"},
            "AuthFailure.UnauthorizedOperation",
        ),
        ({"RoleArn": "role", "RoleSessionName": "abc"}, "InvalidParameter.ParamError"),
        ({"RoleArn": "$role", "RoleSessionName": "a b"}, "InvalidParameter.ParamError"),
        ({"RoleArn": "$role", "RoleSessionName": "abc", "DurationSeconds": 50000}, "InvalidParameter.ParamError"),
        ({"RoleArn": "$role", "RoleSessionName": "abc", "Policy": "{}"}, "UnsupportedOperation"),
        ({"RoleArn": "$role"}, "MissingParameter"),
    ],
)
def test_an_assumption_that_cannot_be_is_refused(parameters, code, plane, role):
    given = {name: role if value == "$role" else value for name, value in parameters.items()}
    assert code_of(plane.sts(), "AssumeRole", **given) == code


def test_actions_of_sts_are_not_those_of_cam(plane):
    assert code_of(plane.client(), "AssumeRole") == "InvalidAction"
    assert code_of(plane.sts(), "ListPolicies") == "InvalidAction"
    assert code_of(plane.sts(), "GetFederationToken") == "UnsupportedOperation"


def test_when_a_key_was_last_used_is_known(plane):
    root = plane.client()
    made = call(root, "AddUser", Name="used", UseApi=1)
    other = call(root, "CreateAccessKey", TargetUin=made.Uin).AccessKey
    code_of(plane.client({"SecretId": made.SecretId, "SecretKey": made.SecretKey}), "GetUserAppId")

    def used():
        rows = call(root, "GetSecurityLastUsed", SecretIdList=[made.SecretId, other.AccessKeyId]).SecretIdLastUsedRows
        dates = {each.SecretId: each.LastUsedDate for each in rows}
        return dates if dates[made.SecretId] else None

    assert eventually(used)[other.AccessKeyId] == ""
