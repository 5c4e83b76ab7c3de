"""The published vectors of TC3-HMAC-SHA256, and the rules of cam's documentation for what is accepted."""

import hashlib

import pytest

from authz.doors.api3 import tc3
from authz.doors.api3.errors import ApiError

SECRET_ID, SECRET_KEY = "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE", "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
HOST = "cvm.tencentcloudapi.com"
BODY = rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
POST = "72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168"
GET = "5da7a33f6993f0614b047e5df4582db9e9bf4672ba50567dba16c6ccf174c474"
NAMES = ("content-type", "host")


def signed(method, query, content_type, body, timestamp):
    headers = {"content-type": content_type, "host": HOST}
    hashed = tc3.payload_hash(body, "")
    canonical = tc3.canonical_request(method, query, headers, NAMES, hashed)
    date = tc3.utc_date(timestamp)
    text = tc3.string_to_sign(timestamp, f"{date}/cvm/tc3_request", canonical)
    return tc3.signature(SECRET_KEY, date, "cvm", text)


def authorization(signature, date, headers="content-type;host"):
    scope = f"Credential={SECRET_ID}/{date}/cvm/tc3_request"
    return f"TC3-HMAC-SHA256 {scope}, SignedHeaders={headers}, Signature={signature}"


def code_of(call, *arguments):
    with pytest.raises(ApiError) as caught:
        call(*arguments)
    return caught.value.code


def test_the_published_post_vector():
    assert hashlib.sha256(BODY).hexdigest() == "35e9c5b0e3ae67532d3c9f17ead6c90222632e5b1ff7f6e89887f1398934f064"
    assert signed("POST", "", "application/json; charset=utf-8", BODY, 1551113065) == POST


def test_the_published_get_vector():
    assert signed("GET", "Limit=10&Offset=0", "application/x-www-form-urlencoded", b"", 1539084154) == GET


def test_a_published_request_is_verified_from_its_headers():
    parsed = tc3.parse_authorization(authorization(POST, "2019-02-25"))
    assert (parsed.secret_id, parsed.service, parsed.date) == (SECRET_ID, "cvm", "2019-02-25")
    headers = {"content-type": "application/json; charset=utf-8", "host": HOST}
    forms = tc3.canonicals("POST", "", headers, parsed.signed_headers, tc3.payload_hash(BODY, ""))
    assert len(forms) == 1
    assert tc3.is_signed(parsed, SECRET_KEY, 1551113065, forms)
    assert not tc3.is_signed(parsed, SECRET_KEY + "x", 1551113065, forms)
    assert not tc3.is_signed(parsed, SECRET_KEY, 1551113066, forms)


@pytest.mark.parametrize("signs_lower_case", [True, False])
def test_values_of_headers_are_accepted_as_sent_and_in_lower_case(signs_lower_case):
    sent = {"content-type": "multipart/form-data; boundary=AbC", "host": "CAM.Example:8080"}
    values = {name: value.lower() for name, value in sent.items()} if signs_lower_case else sent
    hashed = tc3.payload_hash(b"x", "")
    text = tc3.string_to_sign(1, "1970-01-01/cam/tc3_request", tc3.canonical_request("POST", "", values, NAMES, hashed))
    made = tc3.signature(SECRET_KEY, "1970-01-01", "cam", text)
    parsed = tc3.Authorization(SECRET_ID, "1970-01-01", "cam", NAMES, made)
    assert tc3.is_signed(parsed, SECRET_KEY, 1, tc3.canonicals("POST", "", sent, NAMES, hashed))


def test_a_body_that_is_left_out_of_the_signature_is_signed_by_its_name():
    assert tc3.payload_hash(b"anything", "UNSIGNED-PAYLOAD") == hashlib.sha256(b"UNSIGNED-PAYLOAD").hexdigest()
    assert tc3.payload_hash(b"anything", "anything else") == hashlib.sha256(b"anything").hexdigest()


def test_other_headers_may_be_signed_as_well():
    text = authorization(POST, "2019-02-25", "content-type;host;x-tc-action")
    assert tc3.parse_authorization(text).signed_headers == ("content-type", "host", "x-tc-action")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SKIP",
        "Basic YWJj",
        authorization(POST[:-1], "2019-02-25"),
        authorization(POST.upper(), "2019-02-25"),
        authorization(POST, "2019-2-25"),
        authorization(POST, "2019-02-25", "host"),
        authorization(POST, "2019-02-25", "content-type"),
        authorization(POST, "2019-02-25", "host;content-type"),
        authorization(POST, "2019-02-25", "content-type;host;host"),
        authorization(POST, "2019-02-25", "Content-Type;Host"),
        authorization(POST, "2019-02-25") + ", Signature=" + POST,
        authorization(POST, "2019-02-25").replace("tc3_request", "aws4_request"),
        authorization(POST, "2019-02-25").replace(SECRET_ID, ""),
    ],
)
def test_a_malformed_authorization_is_refused(text):
    assert code_of(tc3.parse_authorization, text) == "AuthFailure.SignatureFailure"


@pytest.mark.parametrize("now", [1000.0, 1000.9, 700.0, 1300.0, 1300.9])
def test_a_time_up_to_300_seconds_away_passes(now):
    assert tc3.check_time("1000", now) == 1000


@pytest.mark.parametrize("now", [699.0, 1301.0, 0.0, 2e9])
def test_a_time_further_away_is_expired(now):
    assert code_of(tc3.check_time, "1000", now) == "AuthFailure.SignatureExpire"


@pytest.mark.parametrize("timestamp", ["", "-5", "1e3", "1000.0", " 1000", "١٢٣", "9" * 13])
def test_a_time_that_is_not_a_number_is_refused(timestamp):
    assert code_of(tc3.check_time, timestamp, 1000.0) == "AuthFailure.SignatureFailure"
