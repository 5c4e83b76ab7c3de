"""Loads the catalog of actions from the package's data files."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib.resources import files

_FILES = ("im.csv", "sms.csv", "cam.csv")


class Access(Enum):
    """The access level of an action, as CAM classifies it."""

    READ = "read"
    WRITE = "write"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class CatalogAction:
    """One API as published by its product.

    `resource_level` is true if CAM checks a resource; otherwise the API is operation-level, and its resource is always
    `*` (cam-language 6). `successor` is the new name of a legacy action. `status` is current, example-only (only
    published policies name it), legacy or withdrawn.
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
        """The action, or None if the catalog does not list it."""
        return self._actions.get((service.lower(), name.lower()))

    def actions(self, *services: str) -> tuple[CatalogAction, ...]:
        """The actions of the given services, or of all services, in the order of the data files."""
        return tuple(action for action in self._actions.values() if not services or action.service in services)

    @property
    def services(self) -> frozenset[str]:
        """The short names of all services in the catalog."""
        return frozenset(service for service, _ in self._actions)


@cache
def load_catalog() -> Catalog:
    """The catalog that the package contains."""
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
