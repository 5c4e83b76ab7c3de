"""The rules for names, descriptions, tags and contact details, each with the code that CAM answers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from authz.accounts.presets import find_preset
from authz.control.errors import ControlError, invalid, param_error

DESCRIPTION_BYTES = 300
"""The most bytes of a description or remark (598/10609)."""
KEYWORD_CHARACTERS = 128
"""The most characters of a search word; CAM does not publish its own limit."""

_POLICY = re.compile(r"[A-Za-z0-9+=,.@_-]{1,128}")
_USER = re.compile(r"[A-Za-z0-9+=,.@_-]{1,64}")
_GROUP_CHARACTERS = 64
_KEY_DESCRIPTION = re.compile(r"[\w+=,.@:/-]{0,1024}", re.ASCII)
_PHONE = re.compile(r"[0-9]{3,20}")
_COUNTRY = re.compile(r"\+?[0-9]{1,6}")
_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,190}")
_SESSION = re.compile(r"[A-Za-z0-9+=,.@_-]{2,128}")
_RESERVED_USER = "root"  # by which the console means the root account
_TAG_KEY, _TAG_VALUE = 127, 255  # characters


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag of a policy or a role."""

    key: str
    value: str


def check_policy_name(name: str) -> str:
    """The name, if a custom policy may bear it.

    Raises:
        ControlError: PolicyNameError for its form; PolicyNameInUse if a preset has it, compared without case.
    """
    if not _POLICY.fullmatch(name):
        raise invalid("PolicyNameError", f"`{name}` is not a policy name; expected 1 to 128 letters, digits, `+=,.@_-`")
    preset = find_preset(name)
    if preset is not None:
        raise policy_name_in_use(f"`{preset.name}` is a preset policy; choose another name")
    return name


def policy_name_in_use(message: str) -> ControlError:
    """The refusal of a policy name that another policy has."""
    return ControlError("FailedOperation.PolicyNameInUse", message)


def check_user_name(name: str) -> str:
    """The name, if a sub-account may bear it.

    Raises:
        ControlError: UserNameIllegal.
    """
    if not _USER.fullmatch(name):
        raise invalid("UserNameIllegal", f"`{name}` is not a user name; expected 1 to 64 letters, digits, `+=,.@_-`")
    if name.casefold() == _RESERVED_USER:
        raise invalid("UserNameIllegal", f"`{name}` means the root account; choose another name")
    return name


def check_group_name(name: str) -> str:
    """The name, if a user group may bear it; every script is accepted.

    Raises:
        ControlError: ParamError.
    """
    if not name or len(name) > _GROUP_CHARACTERS or name != name.strip() or not name.isprintable():
        message = (
            f"`{name}` is not a group name; expected 1 to {_GROUP_CHARACTERS} characters without blanks at the ends"
        )
        raise param_error(message)
    return name


def is_role_name(name: str) -> bool:
    """Whether a role may bear the name."""
    return _POLICY.fullmatch(name) is not None


def check_role_name(name: str) -> str:
    """The name, if a role may bear it.

    Raises:
        ControlError: RoleNameError.
    """
    if not is_role_name(name):
        raise invalid("RoleNameError", f"`{name}` is not a role name; expected 1 to 128 letters, digits, `+=,.@_-`")
    return name


def check_session_name(name: str) -> str:
    """The name of a role session.

    Raises:
        ControlError: ParamError.
    """
    if not _SESSION.fullmatch(name):
        message = f"`{name}` is not a session name; expected 2 to 128 letters, digits, `+=,.@_-`"
        raise param_error(message)
    return name


def check_description(text: str) -> str:
    """A description of a policy or a role, at most 300 bytes in UTF-8.

    Raises:
        ControlError: DescriptionLengthOverlimit, or ParamError for a character that not every database can hold.
    """
    if "\0" in text:
        raise param_error("`Description` must not contain the character U+0000")
    size = _bytes(text)
    if size > DESCRIPTION_BYTES:
        message = f"the description has {size} bytes; at most {DESCRIPTION_BYTES} are allowed"
        raise invalid("DescriptionLengthOverlimit", message)
    return text


def check_remark(text: str, field: str = "Remark") -> str:
    """A remark of a user, group or preset, at most 300 bytes in UTF-8.

    Raises:
        ControlError: ParamError, naming the `field`.
    """
    size = _bytes(text)
    if "\0" in text:
        raise param_error(f"`{field}` must not contain the character U+0000")
    if size > DESCRIPTION_BYTES:
        raise param_error(f"`{field}` has {size} bytes; at most {DESCRIPTION_BYTES} are allowed")
    return text


def check_key_description(text: str) -> str:
    r"""A description of an access key: at most 1024 characters of `[\w+=,.@:/-]`.

    Raises:
        ControlError: ParamError.
    """
    if not _KEY_DESCRIPTION.fullmatch(text):
        raise param_error("`Description` must have 1 to 1024 letters, digits and `_+=,.@:/-`")
    return text


def check_contact(phone_num: str, country_code: str, email: str) -> None:
    """Check the contact details of a user; empty ones are not given.

    Raises:
        ControlError: ParamError, naming the field.
    """
    if phone_num and not _PHONE.fullmatch(phone_num):
        raise param_error(f"`PhoneNum` must be 3 to 20 digits, not `{phone_num}`")
    if country_code and not _COUNTRY.fullmatch(country_code):
        raise param_error(f"`CountryCode` must be digits such as `86`, not `{country_code}`")
    if email and not _EMAIL.fullmatch(email):
        raise param_error(f"`Email` must be an address such as `name@example.com`, not `{email}`")


def check_keyword(text: str, code: str = "SearchKeywordLengthError") -> str:
    """A search word.

    Raises:
        ControlError: with the given second part of its code.
    """
    if len(text) > KEYWORD_CHARACTERS:
        raise invalid(code, f"`Keyword` has {len(text)} characters; at most {KEYWORD_CHARACTERS} are allowed")
    return text


def check_tags(
    tags: Sequence[Tag], most: int, code: str = "TagParamError", limit_code: str = "TagLimitExceeded"
) -> tuple[Tag, ...]:
    """The tags, in the order of their keys.

    Raises:
        ControlError: `limit_code` for more than `most`; `code` for a key or value that is not valid, or a key given
            twice. Both are second parts of codes.
    """
    if len(tags) > most:
        raise invalid(limit_code, f"{len(tags)} tags are given; at most {most} are allowed")
    seen: set[str] = set()
    for tag in tags:
        if not tag.key.strip() or len(tag.key) > _TAG_KEY or tag.key.startswith("qcs:") or not tag.key.isprintable():
            message = f"`{tag.key}` is not a tag key; expected 1 to {_TAG_KEY} characters that do not begin with `qcs:`"
            raise invalid(code, message)
        if len(tag.value) > _TAG_VALUE or (tag.value and not tag.value.isprintable()):
            raise invalid(code, f"the value of tag `{tag.key}` must have at most {_TAG_VALUE} printable characters")
        if tag.key in seen:
            raise invalid(code, f"tag key `{tag.key}` is given twice")
        seen.add(tag.key)
    return tuple(sorted(tags, key=lambda tag: tag.key))


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
