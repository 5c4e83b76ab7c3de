import threading

import pytest

from authz.engine.live import Engine
from authz.errors import SourceError
from authz.sources.loader import DirectoryLoader
from tests.sidecar import EXAMPLE


def threads():
    return [thread.name for thread in threading.enumerate() if thread.name == "authz-follow"]


@pytest.mark.parametrize("follow", [False, True])
def test_what_was_loaded_is_in_force_and_the_thread_stays_only_to_follow(follow):
    engine = Engine()
    loader = DirectoryLoader(EXAMPLE, engine, follow=follow)
    loader.load()
    assert set(engine.live.states) == {"12345678"}
    assert len(threads()) == follow
    loader.close()
    loader.close()
    assert threads() == []


def test_a_load_that_fails_leaves_no_thread(tmp_path):
    loader = DirectoryLoader(tmp_path / "nowhere", Engine(), follow=True)
    with pytest.raises(SourceError):
        loader.load()
    assert threads() == []
    loader.close()
