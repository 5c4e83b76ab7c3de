import json

import pytest

from authz.engine.denial import HINT_BYTES, denial_message, denial_parts
from authz.engine.evaluate import decide
from authz.engine.request import parse_request
from tests.builders import ALICE, APP_1, account, allow, engine, im_app, policy, sms_app


def parts(live, request):
    plan = live.resolve(request.principal, request.action)
    return denial_parts(plan, request, decide(live, plan, request))


def told(live, request):
    plan = live.resolve(request.principal, request.action)
    return denial_message(plan, request, decide(live, plan, request))


@pytest.mark.parametrize(
    ("action", "resource", "operation", "shown"),
    [
        # requirements 47
        ("name/im:RemoveUser", APP_1, "im:RemoveUser", APP_1),
        ("im:RemoveUser", "*", "im:RemoveUser", "*"),
        # requirements 39; cam-language 7: a denial of an operation-level API names (*)
        ("sms:SendSms", sms_app(1), "sms:SendSms", "*"),
        ("cvm:StopInstances", "qcs:id/0:cvm:gz::instance/i", "cvm:StopInstances", "qcs:id/0:cvm:gz::instance/i"),
    ],
)
def test_a_denial_is_worded_as_cam_words_it(action, resource, operation, shown):
    request = parse_request(ALICE, action, resource, {})
    live = engine(account()).live
    message = told(live, request)
    assert message == f"you are not authorized to perform operation ({operation})\nresource ({shown}) has no permission"


def test_a_condition_that_was_the_only_miss_is_told_in_the_form_of_a_policy():
    # cam-language 7: ` with or without condition:[…]`
    of = account(own=[policy("p", allow("im:*", APP_1, condition={"string_equal": {"dept": ["ops"]}}))])
    live = engine(of).live
    missed = parse_request(ALICE, "im:AddUser", APP_1, {})
    hint = '[{"condition":{"key":"dept","value":["ops"],"ope":"string_equal"},"effect":"allow"}]'
    assert told(live, missed).endswith(f" with or without condition:{hint}")
    elsewhere = parse_request(ALICE, "im:AddUser", sms_app(1), {})
    assert told(live, elsewhere).endswith("has no permission")


def denied(*policies, resource=APP_1):
    live = engine(account(own=policies)).live
    request = parse_request(ALICE, "im:AddUser", resource, {})
    return parts(live, request)


def test_what_several_statements_ask_for_alike_is_told_once():
    wanted = {"string_equal": {"dept": ["ops"]}}
    _, hints = denied(*(policy(f"p{n}", allow("im:*", APP_1, condition=wanted)) for n in range(50)))
    assert hints.count(b'"dept"') == 1


def test_conditions_are_told_whole_as_many_as_there_is_room_for_and_the_others_are_counted():
    of = [policy(f"p{n}", allow("im:*", APP_1, condition={"string_equal": {f"key{n}": ["é"]}})) for n in range(200)]
    _, hints = denied(*of, policy("long", allow("im:*", condition={"string_equal": {"long": ["x" * 5000]}})))
    assert len(hints) < HINT_BYTES + 100
    told, _, more = hints.decode().removeprefix(" with or without condition:").rpartition(" and ")
    told = json.loads(told)
    assert told[0] == {"condition": {"key": "key0", "value": ["é"], "ope": "string_equal"}, "effect": "allow"}
    assert more == f"{201 - len(told)} more"
    assert len(told) > 40


def test_denials_that_miss_the_same_conditions_share_the_text_of_them():
    live = engine(account(own=[policy("p", allow("im:*", condition={"string_equal": {"dept": ["ops"]}}))])).live
    requests = [parse_request(ALICE, "im:AddUser", im_app(number), {}) for number in (1, 2)]
    first, second = (parts(live, request) for request in requests)
    assert first[0] != second[0]
    assert first[1] is second[1]
