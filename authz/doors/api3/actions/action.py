"""An action of the API: the fields of its request, the use case that it calls, and the rendering of its answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from authz.control.caller import Caller
from authz.control.plane import ControlPlane
from authz.doors.api3.envelope import Fields
from authz.doors.api3.fields import Field, read_fields


def _nothing(_result: object) -> Fields:
    return {}


@dataclass(frozen=True, slots=True)
class Action:
    """`find` finds the use case in the control plane, `render` makes the fields of the answer from its result."""

    name: str
    fields: tuple[Field, ...]
    find: Callable[[ControlPlane], Callable[..., Any]]
    render: Callable[[Any], Fields] = _nothing

    def perform(self, plane: ControlPlane, caller: Caller, parameters: Mapping[str, object]) -> Fields:
        """Carry out the action for an authenticated caller.

        Raises:
            ApiError: for parameters that are unknown, missing or of the wrong type.
            ControlError: if the use case refuses it.
            StoreError: if the database cannot be reached.
        """
        values = read_fields(self.fields, parameters)
        return self.render(self.find(plane)(caller, **values))
