"""The refusals of the door itself, with the common codes of API 3.0; those of use cases are ControlError."""

from authz.errors import AuthzError


class ApiError(AuthzError):
    """A request that is refused before it reaches a use case; `code` is one of the common codes of API 3.0."""

    code = "RequestRefused"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def signature_failure(message: str) -> ApiError:
    """A signature that is missing, malformed or wrong."""
    return ApiError("AuthFailure.SignatureFailure", message)


def signature_expired(message: str) -> ApiError:
    """A signature whose time is not near enough to this machine's."""
    return ApiError("AuthFailure.SignatureExpire", message)


def invalid_value(place: str, expected: str) -> ApiError:
    """A value of the wrong type; `place` is the field, such as `Tags.0.Key`.

    The value is not repeated, since it may be a secret.
    """
    return ApiError("InvalidParameterValue", f"`{place}` is malformed; expected {expected}")
