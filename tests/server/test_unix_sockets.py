"""What lies at the path of a Unix socket: a way is made for a new one, or it is said why not."""

import os
import socket

import pytest

from authz.errors import ListenError
from authz.server.unix_sockets import SocketFile, clear_path, socket_mode


def bound(path):
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    return server


def test_the_socket_of_a_dead_server_is_cleared(tmp_path):
    bound(tmp_path / "a").close()
    clear_path(tmp_path / "a")
    assert not (tmp_path / "a").exists()


def test_the_socket_of_a_living_server_is_left_alone(tmp_path):
    with bound(tmp_path / "a") as server:
        server.listen()
        with pytest.raises(ListenError, match="another server listens on"):
            clear_path(tmp_path / "a")
    assert (tmp_path / "a").exists()


def test_the_socket_of_a_server_that_takes_no_connections_is_left_alone(tmp_path):
    with bound(tmp_path / "a") as server, socket.socket(socket.AF_UNIX) as first:
        server.listen(0)
        first.connect(str(tmp_path / "a"))
        with pytest.raises(ListenError, match="another server listens on"):
            clear_path(tmp_path / "a")


def test_a_socket_of_another_kind_is_left_alone(tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.bind(str(tmp_path / "a"))
        with pytest.raises(ListenError, match="another server listens on"):
            clear_path(tmp_path / "a")


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        (lambda path: path.write_text("precious"), "is not a socket but a file"),
        (lambda path: path.mkdir(), "is not a socket but a directory"),
        (os.mkfifo, "is not a socket but a pipe"),
        (lambda path: path.symlink_to("/nowhere/at/all"), "is a symbolic link to nothing"),
    ],
)
def test_what_is_not_a_socket_is_left_alone(tmp_path, make, kind):
    make(tmp_path / "a")
    with pytest.raises(ListenError, match=kind):
        clear_path(tmp_path / "a")
    assert (tmp_path / "a").is_symlink() or (tmp_path / "a").exists()


def test_a_path_may_be_as_long_as_the_system_takes_and_no_longer(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_way_of = {size: tmp_path / ("x" * (size - len(os.fsencode(tmp_path)) - 1)) for size in (107, 108, 300)}
    clear_path(make_way_of[107])
    bound(make_way_of[107]).close()
    for size in (108, 300):
        with pytest.raises(ListenError, match=rf"is {size} bytes long; the system allows at most 107"):
            clear_path(make_way_of[size])


def test_the_length_of_a_path_is_that_of_its_bytes(tmp_path):
    with pytest.raises(ListenError, match="bytes long"):
        clear_path(tmp_path / ("\u6df1" * 40))


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ListenError, match=rf"the folder `{tmp_path}/run` of the socket does not exist"):
        clear_path(tmp_path / "run" / "a")
    (tmp_path / "file").touch()
    with pytest.raises(ListenError, match=rf"`{tmp_path}/file` is not a directory"):
        clear_path(tmp_path / "file" / "a")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody without permission")
def test_a_folder_without_permission_is_named(tmp_path):
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    shut = tmp_path / "shut"
    shut.mkdir(mode=0o700)
    with bound(shut / "b"), bound(tmp_path / "c") as other:
        other.listen()
        (tmp_path / "c").chmod(0o600)
        os.seteuid(65534)
        try:
            for path, told in (
                (tmp_path / "a", f"no permission to create a socket in the folder `{tmp_path}`"),
                (shut / "b", "no permission"),
                (shut / "in" / "b", "no permission to read"),
            ):
                with pytest.raises(ListenError, match=told):
                    clear_path(path)
            with pytest.raises(ListenError, match="no permission"):
                clear_path(tmp_path / "c")
        finally:
            os.seteuid(0)


def test_a_socket_is_removed_by_who_made_it_and_once(tmp_path):
    with bound(tmp_path / "a"):
        file = SocketFile.at(tmp_path / "a")
        assert file.is_in_place()
        for _ in range(2):
            file.remove()
            assert not (tmp_path / "a").exists()


def test_a_socket_that_took_the_place_of_another_is_not_removed(tmp_path):
    with bound(tmp_path / "a"):
        file = SocketFile.at(tmp_path / "a")
        (tmp_path / "a").unlink()
        with bound(tmp_path / "a"):
            assert not file.is_in_place()
            file.remove()
            assert (tmp_path / "a").exists()


def test_a_socket_that_vanished_at_once_is_told(tmp_path):
    with pytest.raises(ListenError, match="removed as soon as it was created"):
        SocketFile.at(tmp_path / "a")


def test_a_mode_holds_from_the_first_moment(tmp_path):
    before = os.umask(0o022)
    try:
        with socket_mode(0o620), bound(tmp_path / "a"):
            assert (tmp_path / "a").stat().st_mode & 0o777 == 0o620
        with socket_mode(None), bound(tmp_path / "b"):
            assert (tmp_path / "b").stat().st_mode & 0o777 == 0o755
    finally:
        os.umask(before)
