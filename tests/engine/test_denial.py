import pytest

from authz.engine.denial import denial_message
from authz.engine.evaluate import evaluate
from authz.engine.request import parse_request
from tests.builders import ALICE, APP_1, account, allow, engine, policy, sms_app


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
    message = denial_message(live, request, evaluate(live, request))
    assert message == f"you are not authorized to perform operation ({operation})\nresource ({shown}) has no permission"


def test_a_condition_that_was_the_only_miss_is_told_in_the_form_of_a_policy():
    # cam-language 7: ` with or without condition:[…]`
    of = account(own=[policy("p", allow("im:*", APP_1, condition={"string_equal": {"dept": ["ops"]}}))])
    live = engine(of).live
    missed = parse_request(ALICE, "im:AddUser", APP_1, {})
    hint = '[{"condition":{"key":"dept","value":["ops"],"ope":"string_equal"},"effect":"allow"}]'
    assert denial_message(live, missed, evaluate(live, missed)).endswith(f" with or without condition:{hint}")
    elsewhere = parse_request(ALICE, "im:AddUser", sms_app(1), {})
    assert denial_message(live, elsewhere, evaluate(live, elsewhere)).endswith("has no permission")
