import itertools
import os

from authz.sources.stamp import Stamp


def status(ino=1, size=2, mtime=3, ctime=4):
    return os.stat_result((0, ino, 0, 1, 0, 0, size, 0, mtime, ctime), {"st_mtime_ns": mtime, "st_ctime_ns": ctime})


def of(*files):
    stamp = Stamp()
    for name, found in files:
        stamp = stamp.plus(name, found, is_main=name == "attachments.yaml")
    return stamp


def test_the_order_of_files_makes_no_difference():
    files = [("a.json", status()), ("b.json", status(ino=2)), ("attachments.yaml", status(ino=3))]
    assert len({of(*order) for order in itertools.permutations(files)}) == 1


def test_every_change_of_a_file_does():
    changed = [of(("a.json", status(**{name: 9}))) for name in ("ino", "size", "mtime", "ctime")]
    assert len({of(("a.json", status())), of(("b.json", status())), of(), *changed}) == 7


def test_two_files_that_swap_their_contents_do_too():
    one, other = status(ino=1), status(ino=2)
    assert of(("a.json", one), ("b.json", other)) != of(("a.json", other), ("b.json", one))


def test_it_knows_whether_the_main_file_is_there():
    assert of(("attachments.yaml", status())).has_attachments
    assert not of(("a.json", status())).has_attachments
