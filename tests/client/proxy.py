"""A TCP proxy that a test puts between client and sidecar, to cut the connection or to let it fall silent."""

import asyncio
import threading

from tests.waiting import DEADLINE


class Proxy:
    """`with Proxy("127.0.0.1:1234") as proxy:` forwards from `proxy.address` on a thread of its own."""

    def __init__(self, target):
        self._host, _, port = target.rpartition(":")
        self._port = int(port)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._writers = set()
        self._is_silent = False
        self._refuses = False

    def __enter__(self):
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._accept, "127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    def __exit__(self, *_):
        self.cut(refuse=True)
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def cut(self, *, refuse=False):
        """Close every connection; with `refuse` every later one at once, too."""
        self._do(self._cut(refuse))

    def heal(self):
        """Take connections again."""
        self._refuses = False

    def fall_silent(self):
        """Forward nothing any more, and close nothing: a peer that is gone without a word."""
        self._is_silent = True

    def _do(self, work):
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(DEADLINE)

    async def _cut(self, refuse):
        self._refuses = refuse
        for writer in tuple(self._writers):
            writer.close()

    async def _end(self):
        self._server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)

    async def _accept(self, reader, writer):
        if self._refuses:
            writer.close()
            return
        far_reader, far_writer = await asyncio.open_connection(self._host, self._port)
        await asyncio.gather(self._pump(reader, far_writer), self._pump(far_reader, writer))

    async def _pump(self, reader, writer):
        self._writers.add(writer)
        try:
            while data := await reader.read(65536):
                if not self._is_silent:
                    writer.write(data)
                    await writer.drain()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()
