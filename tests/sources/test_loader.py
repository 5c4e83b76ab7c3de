import asyncio
import threading

import pytest

from authz.engine.live import Engine
from authz.errors import SourceError
from authz.sources.loader import SourceLoader
from tests.sidecar import EXAMPLE, eventually


def threads():
    return [thread.name for thread in threading.enumerate() if thread.name == "authz-follow"]


@pytest.mark.parametrize("follow", [False, True])
def test_what_was_loaded_is_in_force_and_the_thread_stays_only_to_follow(follow):
    engine = Engine()
    loader = SourceLoader(EXAMPLE, engine, follow=follow)
    loader.load()
    assert set(engine.live.states) == {"12345678"}
    assert len(threads()) == follow
    loader.close()
    loader.close()
    assert threads() == []


def test_a_load_that_fails_leaves_no_thread(tmp_path):
    loader = SourceLoader(tmp_path / "nowhere", Engine(), follow=True)
    with pytest.raises(SourceError):
        loader.load()
    assert threads() == []
    loader.close()


@pytest.mark.parametrize("fault", ["thread", "loop"])
def test_an_engine_that_nobody_follows_after_a_fork_decides_nothing(monkeypatch, fault):
    engine = Engine()
    loader = SourceLoader(EXAMPLE, engine, follow=True)
    loader.load()
    lease = engine.live.states["12345678"].lease
    loader.before_fork()
    monkeypatch.setattr(threading, "excepthook", lambda _caught: None)
    with monkeypatch.context() as patched:
        if fault == "thread":
            patched.setattr(threading.Thread, "start", refuse(RuntimeError("can't start new thread")))
            with pytest.raises(RuntimeError):
                loader.after_fork_in_parent()
        else:
            patched.setattr(asyncio, "run", refuse(OSError("too many open files")))
            loader.after_fork_in_parent()
            eventually(lambda: not threads())
    assert (engine.is_ready, lease.live) == (False, False)


def refuse(error):
    def refused(*arguments, **_more):
        for each in arguments:
            if asyncio.iscoroutine(each):
                each.close()
        raise error

    return refused
