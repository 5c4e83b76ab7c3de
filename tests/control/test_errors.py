from authz.control.errors import ControlError, invalid, not_found, param_error
from authz.errors import AuthzError


def test_a_refusal_carries_the_code_of_cam():
    assert invalid("VersionError", "x").code == "InvalidParameter.VersionError"
    assert param_error("x").code == "InvalidParameter.ParamError"
    assert not_found("UserNotExist", "x").code == "ResourceNotFound.UserNotExist"


def test_a_refusal_is_printed_on_one_line():
    error = ControlError("AuthFailure.UnauthorizedOperation", "operation (cam:AddUser)\nresource (*)")
    assert isinstance(error, AuthzError)
    assert error.message == str(error)
    assert error.lines == ("operation (cam:AddUser)\\nresource (*)",)
