"""The text of a denial, as CAM words it (cam-language 7)."""

from authz.engine.plan import is_operation_level
from authz.engine.request import Request


def denial_message(request: Request) -> str:
    """Explicit and implicit denials share the wording; an operation-level API is denied on `*`."""
    resource = "*" if is_operation_level(request.action) else request.resource.text
    return f"you are not authorized to perform operation ({request.action})\nresource ({resource}) has no permission"
