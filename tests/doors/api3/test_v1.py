"""The published vector of the older signatures, and how parameters are ordered."""

import base64
import hashlib
import hmac

import pytest
from tencentcloud.common.sign import Sign

from authz.doors.api3 import v1

SECRET_KEY = "Gu5t9xGARNpq86cd98joQYCN3EXAMPLE"
PARAMETERS = [
    ("Version", "2017-03-12"),
    ("Action", "DescribeInstances"),
    ("InstanceIds.0", "ins-09dx96dg"),
    ("Limit", "20"),
    ("Nonce", "11886"),
    ("Offset", "0"),
    ("Region", "ap-guangzhou"),
    ("SecretId", "AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE"),
    ("Signature", "which does not sign itself"),
    ("Timestamp", "1465185768"),
]
HOST = "cvm.tencentcloudapi.com"


def test_the_published_vector():
    text = v1.string_to_sign("GET", HOST, PARAMETERS)
    assert v1.signature(SECRET_KEY, text, "HmacSHA1") == "EliP9YW3pW28FpsEdkXt/+WcGeI="
    assert v1.is_signed(SECRET_KEY, text, "HmacSHA1", "EliP9YW3pW28FpsEdkXt/+WcGeI=")


@pytest.mark.parametrize("method", ["HmacSHA1", "HmacSHA256"])
def test_signatures_are_those_of_the_sdk(method):
    text = v1.string_to_sign("POST", "http://127.0.0.1:8080", [*PARAMETERS, ("Remark", "名前 & =?")])
    assert v1.signature(SECRET_KEY, text, method) == Sign.sign(SECRET_KEY, text, method)


def test_names_are_sorted_by_their_characters():
    text = v1.string_to_sign("GET", "h", [("X.2", "b"), ("X.12", "a"), ("x.0", "d"), ("X_1", "c")])
    assert text == "GETh/?X.1=c&X.12=a&X.2=b&x.0=d"


@pytest.mark.parametrize("change", [("Limit", "21"), ("Action", "Other"), ("Region", "ap-beijing"), ("Nonce", "11887")])
def test_every_parameter_is_signed(change):
    text = v1.string_to_sign("GET", HOST, [*(each for each in PARAMETERS if each[0] != change[0]), change])
    assert not v1.is_signed(SECRET_KEY, text, "HmacSHA1", "EliP9YW3pW28FpsEdkXt/+WcGeI=")


def test_the_other_digest_does_not_pass():
    text = v1.string_to_sign("GET", HOST, PARAMETERS)
    sha256 = base64.b64encode(hmac.digest(SECRET_KEY.encode(), text.encode(), hashlib.sha256)).decode()
    assert v1.is_signed(SECRET_KEY, text, "HmacSHA256", sha256)
    assert not v1.is_signed(SECRET_KEY, text, "HmacSHA1", sha256)
    assert not v1.is_signed(SECRET_KEY, text, "HmacSHA1", "ü" * 28)
