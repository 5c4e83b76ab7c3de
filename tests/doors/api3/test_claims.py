"""What a request claims: its key, its time and its signature, whatever the form."""

from functools import partial
from urllib.parse import urlencode

import pytest

from authz.doors.api3.claims import MOST_FORM_BYTES, read_claim
from authz.doors.api3.errors import ApiError
from authz.doors.api3.message import Message
from tests.doors.api3.signing import FORMS, HOST, NOW, SECRET, sdk_message

FORM = ("content-type", "application/x-www-form-urlencoded")
KEY = ("AKIDtest", SECRET)
PARAMETERS = {"PolicyName": "ü & =", "Tags": [{"Key": "k", "Value": "v"}]}


made = partial(sdk_message, parameters=PARAMETERS)


def changed(message, **more):
    return Message(**{name: more.get(name, getattr(message, name)) for name in Message.__slots__})


def with_header(message, name, value):
    others = tuple(each for each in message.headers if each[0] != name)
    return changed(message, headers=others if value is None else (*others, (name, value)))


def code_of(message, now=NOW):
    with pytest.raises(ApiError) as caught:
        read_claim(message, now)
    return caught.value.code


@pytest.mark.parametrize(("sign_method", "http_method"), FORMS)
@pytest.mark.parametrize("host", [HOST, "http://127.0.0.1:8080", "cam.tencentcloudapi.com"])
def test_requests_of_the_sdk_are_verified(sign_method, http_method, host):
    claim = read_claim(made(sign_method, http_method, host=host, credential=(*KEY, "t0ken")), NOW)
    assert (claim.secret_id, claim.token) == ("AKIDtest", "t0ken")
    assert (claim.action, claim.version) == ("CreatePolicy", "2019-01-16")
    assert claim.service == ("cam" if sign_method.startswith("TC3") else "")
    assert bool(claim.nonce) is not sign_method.startswith("TC3")
    assert claim.is_signed_by(SECRET)
    assert not claim.is_signed_by("another secret")
    assert claim.parameters() == PARAMETERS


@pytest.mark.parametrize(("sign_method", "http_method"), FORMS)
def test_a_changed_body_query_or_host_breaks_the_signature(sign_method, http_method):
    message = made(sign_method, http_method)
    query, body = (message.query + "0", b"") if http_method == "GET" else ("", message.body + b"0")
    for other in (changed(message, query=query, body=body), with_header(message, "host", "other.example")):
        assert not read_claim(other, NOW).is_signed_by(SECRET)


def test_a_changed_content_type_breaks_a_tc3_signature():
    message = with_header(made("TC3-HMAC-SHA256", "POST"), "content-type", "application/json; charset=utf-8")
    assert not read_claim(message, NOW).is_signed_by(SECRET)


@pytest.mark.parametrize("name", ["x-tc-action", "x-tc-region", "x-tc-token"])
def test_tc3_of_the_sdk_does_not_sign_other_headers(name):
    """Known of the form itself: only TLS protects them."""
    message = with_header(made("TC3-HMAC-SHA256", "POST", credential=(*KEY, "t")), name, "Other")
    assert read_claim(message, NOW).is_signed_by(SECRET)


@pytest.mark.parametrize("name", ["Action", "Region", "Token", "Nonce", "Version"])
def test_the_older_forms_sign_every_parameter(name):
    message = made("HmacSHA256", "POST", credential=(*KEY, "t"))
    body = "&".join(f"{name}=1" if each.startswith(f"{name}=") else each for each in message.body.decode().split("&"))
    assert body != message.body.decode()
    assert not read_claim(changed(message, body=body.encode()), NOW).is_signed_by(SECRET)


def test_a_payload_may_be_left_unsigned():
    message = made("TC3-HMAC-SHA256", "POST", unsigned_payload=True)
    claim = read_claim(changed(message, body=b'{"Other": 1}'), NOW)
    assert claim.is_signed_by(SECRET)
    assert claim.parameters() == {"Other": 1}


@pytest.mark.parametrize(("sign_method", "http_method"), FORMS)
@pytest.mark.parametrize("seconds", [-302, 302])
def test_a_time_that_is_too_far_is_refused(sign_method, http_method, seconds):
    assert code_of(made(sign_method, http_method), NOW + seconds) == "AuthFailure.SignatureExpire"


def tc3(**more):
    return changed(made("TC3-HMAC-SHA256", "POST"), **more)


def test_the_date_of_the_scope_is_that_of_the_timestamp():
    message = tc3()
    value = message.header("authorization")
    date = value.split("/")[1]
    assert code_of(with_header(message, "authorization", value.replace(date, "2020-01-01"))) == (
        "AuthFailure.SignatureFailure"
    )


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (tc3(query="A=1"), "InvalidParameter"),
        (changed(made("TC3-HMAC-SHA256", "GET"), body=b"{}"), "InvalidParameter"),
        (with_header(tc3(), "content-type", "multipart/form-data; boundary=x"), "InvalidParameter"),
        (with_header(tc3(), "content-type", None), "InvalidParameter"),
        (with_header(tc3(), "x-tc-timestamp", None), "AuthFailure.SignatureFailure"),
        (with_header(tc3(), "authorization", "SKIP"), "AuthFailure.SignatureFailure"),
        (with_header(tc3(), "authorization", None), "AuthFailure.SignatureFailure"),
        (Message("GET", (), "", b""), "AuthFailure.SignatureFailure"),
        (Message("POST", (FORM,), "", b""), "AuthFailure.SignatureFailure"),
        (Message("POST", (FORM,), "", b"A=\xff"), "InvalidParameter"),
        (Message("POST", (FORM,), "Action=Other", b"A=1"), "InvalidParameter"),
        (Message("POST", (FORM,), "", b"A=" + b"x" * MOST_FORM_BYTES), "RequestSizeLimitExceeded"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_other_requests_are_refused(message, code):
    assert code_of(message) == code


@pytest.mark.parametrize("name", ["SecretId", "Signature", "Timestamp", "Nonce"])
def test_the_older_forms_need_all_their_parameters(name):
    given = {"SecretId": "a", "Signature": "b", "Timestamp": str(int(NOW)), "Nonce": "1"}
    body = urlencode({key: value for key, value in given.items() if key != name}).encode()
    assert code_of(Message("POST", (FORM,), "", body)) == "AuthFailure.SignatureFailure"


def test_an_unknown_signature_method_is_refused():
    given = {"SecretId": "a", "Signature": "b", "Timestamp": str(int(NOW)), "Nonce": "1"}
    body = urlencode({**given, "SignatureMethod": "HmacMD5"}).encode()
    assert code_of(Message("POST", (FORM,), "", body)) == "AuthFailure.SignatureFailure"


def test_a_claim_shows_no_secret():
    shown = repr(read_claim(made("HmacSHA256", "POST", credential=(*KEY, "t0ken")), NOW))
    assert "t0ken" not in shown
    assert "Signature=" not in shown


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SecretId", "a\0"),
        ("SecretId", "a b"),
        ("Nonce", "-1"),
        ("Nonce", "x"),
        ("Nonce", "1" * 21),
        ("Signature", "x" * 129),
    ],
)
def test_parameters_that_are_kept_or_looked_up_have_their_form(name, value):
    given = {"SecretId": "a", "Signature": "b", "Timestamp": str(int(NOW)), "Nonce": "1", name: value}
    assert code_of(Message("POST", (FORM,), "", urlencode(given).encode())) == "AuthFailure.SignatureFailure"
