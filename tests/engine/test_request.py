import pytest

from authz.engine import request as request_module
from authz.engine.request import parse_request
from authz.errors import InvalidRequestError
from tests.builders import ALICE, APP_1


def test_a_question_is_understood_part_by_part():
    context = {"qcs:ip": ("10.0.0.1",)}
    request = parse_request(ALICE, "name/im:RemoveUser", APP_1, context)
    assert (request.principal.name, str(request.action), request.resource.text) == ("100001", "im:RemoveUser", APP_1)
    assert request.context == context


@pytest.mark.parametrize(
    ("principal", "action", "resource", "context", "field"),
    [
        ("alice", "im:RemoveUser", "*", {}, "principal"),
        (ALICE, "RemoveUser", "*", {}, "action"),
        (ALICE, "im:*", "*", {}, "action"),
        (ALICE, "im:RemoveUser", "sdkappid/1", {}, "resource"),
        # files-and-commands: the request's own resource must be given; an empty one is malformed
        (ALICE, "im:RemoveUser", "", {}, "resource"),
        (ALICE, "im:RemoveUser", "*", {"": ("x",)}, "context"),
        (ALICE, "im:RemoveUser", "*", {" ": ("x",)}, "context"),
        # policies are read without the blanks around their keys, so this would be a key that no policy can mean
        (ALICE, "im:RemoveUser", "*", {" qcs:ip": ("10.0.0.1",)}, "context"),
        (ALICE, "im:RemoveUser", "*", {"im:env\n": ("prod",)}, "context"),
    ],
)
def test_a_malformed_part_is_named(principal, action, resource, context, field):
    # files-and-commands, status codes
    with pytest.raises(InvalidRequestError) as caught:
        parse_request(principal, action, resource, context)
    assert caught.value.field == field


def test_a_malformed_part_is_refused_again_the_second_time():
    for _ in range(2):
        with pytest.raises(InvalidRequestError):
            parse_request("alice", "im:RemoveUser", "*", {})


def test_absurdly_long_texts_are_understood_but_not_kept():
    kept = [cache.cache_info().currsize for cache in (request_module._principal, request_module._action)]
    long = parse_request(f"qcs::cam::uin/1:uin/{'1' * 1000}", f"im:{'x' * 1000}", "*", {})
    assert (len(long.principal.name), len(long.action.name)) == (1000, 1000)
    assert [cache.cache_info().currsize for cache in (request_module._principal, request_module._action)] == kept
