"""Where in a directory accounts may be, and whether its file system reports all changes."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from authz.errors import Problem, SourceError
from authz.sources.directory.files import ATTACHMENTS, ROOT, list_account, path_of, unreadable
from authz.sources.reader_thread import step

_MOUNTS = Path("/proc/self/mountinfo")
_TELLING = frozenset(
    {
        *(
            "ext2",
            "ext3",
            "ext4",
            "xfs",
            "btrfs",
            "zfs",
            "f2fs",
            "bcachefs",
            "jfs",
            "reiserfs",
            "ntfs3",
            "vfat",
            "exfat",
        ),
        *("tmpfs", "ramfs", "rootfs", "overlay", "aufs", "squashfs", "iso9660"),
    }
)
"""File systems whose every change is reported to this machine, since it makes them all itself."""


@dataclass(slots=True)
class Inventory:
    """The keys of possible accounts, and the problems of entries that may or may not be folders.

    Once the folders were listed, `keys` are accounts, and `bare` are folders with policies but no attachments file.
    """

    is_single: bool = False
    keys: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    problems: dict[str, Problem] = field(default_factory=dict)
    has_links: bool = False


def is_single(root: Path) -> bool:
    """Whether the directory itself is an account: it holds an attachments file, links followed."""
    for name in ATTACHMENTS:
        path = path_of(root, ROOT, name)
        step(ROOT, path)
        if os.path.isfile(path):  # noqa: PTH113 - a Path costs more than the call to the system
            return True
    return False


def inventory_of(root: Path) -> Inventory:
    """Every place below the root that may be an account; hidden ones are not: `..data` is not read twice.

    Raises:
        SourceError: if the root cannot be listed.
    """
    found = Inventory()
    try:
        if is_single(root):
            return Inventory(is_single=True, keys=[ROOT])
        step(ROOT, str(root))
        with os.scandir(root) as entries:
            for entry in entries:
                if not entry.name.startswith("."):
                    _add(entry, found)
    except OSError as error:
        raise SourceError(f"cannot read {root}: {error.strerror}") from error
    found.keys.sort()
    return found


def _add(entry: "os.DirEntry[str]", found: Inventory) -> None:
    try:
        if entry.is_dir():
            found.keys.append(entry.name)
            found.has_links = found.has_links or entry.is_symlink()
    except OSError as error:
        found.problems[entry.name] = unreadable(entry.path, error)


def accounts_below(root: Path) -> Inventory:
    """The accounts below the root; every folder is listed.

    Raises:
        SourceError: if the root cannot be listed.
    """
    found = inventory_of(root)
    looked_into = replace(found, keys=[])
    for key in found.keys:
        listing = list_account(root, key)
        if listing.has_attachments:
            looked_into.keys.append(key)
        elif listing.problems:
            looked_into.problems[key] = listing.problems[0]
        elif listing.files:
            looked_into.bare.append(key)
    return looked_into


def reports_all_changes(root: Path) -> bool:
    """Whether events report every change below `root`; they do not if other machines write there, too."""
    try:
        lines = _MOUNTS.read_text().splitlines()
        place = os.path.realpath(root)
    except OSError:
        return False
    best, kind = "", ""
    for line in lines:
        fields = line.split(" ")
        mount = fields[4].replace("\\040", " ")
        if len(mount) >= len(best) and f"{place}/".startswith(f"{mount.rstrip('/')}/"):
            best, kind = mount, fields[fields.index("-") + 1]
    return kind in _TELLING
