"""The catalog of actions, read once from the package's data files."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files

_FILES = ("im.csv", "sms.csv", "cam.csv")


class Access(Enum):
    """CAM's access level of an action."""

    READ = "read"
    WRITE = "write"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class CatalogAction:
    """One API as its product publishes it.

    `resource_level` tells whether CAM is asked about a resource; else it is an operation-level API, whose resource is
    always `*` (cam-language 6). `successor` is the new name of a legacy action, `status` one of current, example-only
    (named by published policies only), legacy, withdrawn.
    """

    service: str
    name: str
    access: Access
    resource_level: bool
    resource_type: str
    status: str
    successor: str
    description: str

    def __str__(self) -> str:
        return f"{self.service}:{self.name}"


class Catalog:
    """All known actions by service and name, compared without regard to case."""

    def __init__(self, actions: Iterator[CatalogAction]) -> None:
        self._actions: Mapping[tuple[str, str], CatalogAction] = {
            (action.service, action.name.lower()): action for action in actions
        }

    def find(self, service: str, name: str) -> CatalogAction | None:
        """The action, or None where the catalog does not know it."""
        return self._actions.get((service.lower(), name.lower()))

    def actions(self, *services: str) -> tuple[CatalogAction, ...]:
        """The actions of the services named, or of all, in the order of the data files."""
        return tuple(action for action in self._actions.values() if not services or action.service in services)

    @property
    def services(self) -> frozenset[str]:
        """The short names of all services that it knows."""
        return frozenset(service for service, _ in self._actions)


@cache
def load_catalog() -> Catalog:
    """The catalog that is shipped with the package."""
    return Catalog(action for name in _FILES for action in _read(name))


def _read(name: str) -> Iterator[CatalogAction]:
    text = (files("authz.catalog") / "data" / name).read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        yield CatalogAction(
            service=row["service"],
            name=row["action"],
            access=Access(row["access"]),
            resource_level=row["resource_level"] == "y",
            resource_type=row["resource_type"],
            status=row["status"],
            successor=row["successor"],
            description=row["description"],
        )
