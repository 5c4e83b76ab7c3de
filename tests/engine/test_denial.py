import pytest

from authz.engine.denial import denial_message
from authz.engine.request import parse_request
from tests.builders import ALICE, APP_1, sms_app


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
    message = denial_message(parse_request(ALICE, action, resource, {}))
    assert message == f"you are not authorized to perform operation ({operation})\nresource ({shown}) has no permission"
