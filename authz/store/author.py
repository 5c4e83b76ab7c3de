"""Who makes a change, and by what: the head of each entry of the change log."""

from dataclasses import dataclass
from enum import Enum


class Channel(Enum):
    """The door that a change came through."""

    API = "api"
    CONSOLE = "console"
    COMMAND_LINE = "command-line"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Author:
    """The author of one transaction, which writes to one root account alone.

    `account` is the uin of that account, `principal` the text of who acts (`qcs::cam::uin/1:uin/2`, or the operator of
    the machine), `action` the CAM action or the command, `address` the network address of the caller.
    """

    account: str
    principal: str
    channel: Channel
    action: str
    request_id: str = ""
    address: str = ""
