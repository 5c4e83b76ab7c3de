"""The refusals of the control plane, each with the code that CAM documents for it."""

from authz.errors import ControlError

__all__ = ["UNAUTHORIZED", "ControlError", "invalid", "not_found", "param_error"]

UNAUTHORIZED = "AuthFailure.UnauthorizedOperation"
"""The code of a denial by the caller's own policies."""


def invalid(detail: str, message: str) -> ControlError:
    """An error of the family `InvalidParameter`; `detail` is the second part of its code, such as `ParamError`."""
    return ControlError(f"InvalidParameter.{detail}", message)


def param_error(message: str) -> ControlError:
    """An `InvalidParameter.ParamError`, for a field that has no code of its own."""
    return invalid("ParamError", message)


def not_found(detail: str, message: str) -> ControlError:
    """An error of the family `ResourceNotFound`; `detail` is the second part of its code."""
    return ControlError(f"ResourceNotFound.{detail}", message)
