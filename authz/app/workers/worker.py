"""A worker: a process that serves the accounts that its supervisor sends, and reads no source itself.

The supervisor runs `python -m authz.app.workers.worker FD`; FD is the worker's end of the link.
"""

import asyncio
import socket
import sys

from authz.accounts.model import Account
from authz.app.service import Service
from authz.app.settings import Settings
from authz.app.workers.link import Accounts, Changes, Failed, Link, Metrics, MetricsRequest, Publish, Serving
from authz.errors import AuthzError
from authz.runtime.event_loop import run
from authz.runtime.signals import Signals, ignore_from_now_on
from authz.telemetry.events import get_logger
from authz.telemetry.log import configure_logs

log = get_logger("authz.app.workers")


class Worker:
    """Serves from its first publication until a signal arrives or the supervisor is gone."""

    def __init__(self, link: Link, settings: Settings) -> None:
        self._link = link
        self._service = Service(settings, is_port_shared=True)
        self._pending: dict[str, Account] = {}  # by uin, until they are published
        self._is_serving = False

    async def run(self) -> None:
        """Serve, then drain. SIGHUP has no effect, since the supervisor reads the source."""
        stop = asyncio.create_task(Signals().stop.wait())
        listening = asyncio.create_task(self._listen())
        try:
            await asyncio.wait({stop, listening}, return_when=asyncio.FIRST_COMPLETED)
            if listening.done():
                listening.result()
                log.warning("the supervisor is gone; stopping")
            if self._is_serving:
                await self._service.drain()
            log.info("stopped", answered=self._service.answered())
        except AuthzError as error:
            await self._link.send(Failed(str(error)))
        finally:
            stop.cancel()
            listening.cancel()
            await self._service.close()

    async def _listen(self) -> None:
        while (message := await self._link.receive()) is not None:
            if isinstance(message, Accounts):
                self._pending.update((account.uin, account) for account in message.accounts)
            elif isinstance(message, Changes):
                states = self._service.engine.live.states
                for change in message.changes:
                    self._pending[change.uin] = change.apply(states[change.uin].account)
                    await asyncio.sleep(0)  # an account may be large
            elif isinstance(message, Publish):
                await self._publish(message)
            elif isinstance(message, MetricsRequest):
                await self._link.send(Metrics(message.number, self._service.metrics()))

    async def _publish(self, publish: Publish) -> None:
        """Publish; the first time, listen after that, so that no connection arrives before it can be served."""
        pending, self._pending = self._pending, {}
        self._service.engine.publish(pending, publish.removed, publish.revision)
        if not self._is_serving:
            await self._service.startup()
            await self._service.ready()
            self._is_serving = True
            await self._link.send(Serving())


async def _main(descriptor: int) -> None:
    link = await Link.open(socket.socket(fileno=descriptor))
    settings = await link.receive()
    if isinstance(settings, Settings):
        configure_logs(settings.log_format, settings.log_level)
        await Worker(link, settings).run()
    link.close()


if __name__ == "__main__":
    run(_main(int(sys.argv[1])))
    ignore_from_now_on()
