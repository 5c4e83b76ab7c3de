"""Fields and renderings that several families of actions share."""

from collections.abc import Iterable

from authz.control.names import Tag
from authz.control.results import PolicyType
from authz.doors.api3.envelope import Fields
from authz.doors.api3.fields import integer, list_of, optional, required, structure, text

PAGING = (optional("Page", integer), optional("Rp", integer))
"""The fields of paging; their defaults are those of the use cases."""
NEEDED_PAGING = (required("Page", integer), required("Rp", integer))
KEYWORD = optional("Keyword", text)
TAGS = optional("Tags", list_of(structure(Tag, required("Key", text), required("Value", text))))
ROLE = (optional("RoleId", text), optional("RoleName", text))
"""A role, by its id or its name."""

SHORT_TYPES = {PolicyType.CUSTOM: "User", PolicyType.PRESET: "QCS"}
"""The types of policies as lists of attachments spell them."""


def rendered_tags(tags: Iterable[Tag]) -> list[Fields]:
    """The tags of a policy or a role."""
    return [{"Key": tag.key, "Value": tag.value} for tag in tags]


def number(uin: str) -> int | None:
    """A uin as the API shows it: an integer, null if it is empty."""
    return int(uin) if uin else None
