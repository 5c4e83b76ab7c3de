import asyncio
from importlib.util import find_spec

from authz.runtime.event_loop import fastest_loop, run


def test_uvloop_is_used_where_it_is_installed():
    assert (fastest_loop() is not None) == (find_spec("uvloop") is not None)


def test_the_work_is_run_to_its_end_on_asyncios_own_loop_if_wished():
    seen = []

    async def work():
        seen.append(type(asyncio.get_running_loop()).__module__)

    run(work(), use_fastest=False)
    assert seen[0].startswith("asyncio")
