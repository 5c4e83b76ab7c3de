"""Settings -> a running control plane: the CAM API on a database."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from prometheus_client.registry import CollectorRegistry

from authz.app.opening import open_database
from authz.control.accounts import NewAccount
from authz.control.caller import Caller
from authz.control.plane import ControlPlane
from authz.control.quotas import DEFAULT_QUOTAS, Quotas
from authz.doors.api3.answering import Api
from authz.doors.api3.connections import MOST_HEAD_BYTES, BoundedProtocol
from authz.doors.api3.http import Door, make_app
from authz.errors import ListenError
from authz.runtime.event_loop import run
from authz.runtime.signals import Signals, ignore_from_now_on
from authz.server.listeners import Address, bind
from authz.server.tls import Certificates, TlsFiles, following
from authz.store.address import parse_address
from authz.store.author import Channel
from authz.store.database import Database
from authz.store.errors import MasterKeyError, StoreError
from authz.store.schema import create, migrate
from authz.store.secrets import MasterKey, find_master_key
from authz.telemetry.api_metrics import ApiMetrics
from authz.telemetry.events import get_logger

_KEY_USE_SECONDS = 10.0
_KEEP_ALIVE_SECONDS = 30
_LOCAL = ("127.0.0.1", "localhost", "[::1]")

log = get_logger("authz.api")


@dataclass(frozen=True, slots=True)
class ControlSettings:
    """`url` is that of the database; `drain_timeout` the seconds that running requests have to finish at a stop."""

    url: str
    http: Address
    tls: TlsFiles | None = None
    drain_timeout: float = 10.0
    quotas: Quotas = DEFAULT_QUOTAS


def create_account(url: str, uin: str, app_id: str, notice: Callable[[str], None]) -> NewAccount:
    """Create or migrate the database, a master key beside it if it needs one, and a root account.

    `notice` is called with a sentence for the operator.

    Raises:
        StoreError: if the database or the key cannot be made or used.
        ControlError: if the account exists already, or its numbers are not valid.
    """
    address = parse_address(url)
    key = find_master_key(address.key_file)
    made: Path | None = None
    if key is None and address.key_file is not None:
        made = address.key_file
        key = MasterKey.create(made)
    if key is None:
        raise MasterKeyError("no master key is given; expected AUTHZ_MASTER_KEY_FILE or AUTHZ_MASTER_KEY")
    try:
        create(address)
        migrate(url)
        database = Database.open(url, key)
    except StoreError:
        if made is not None:
            made.unlink(missing_ok=True)  # nothing is sealed with it
        raise
    if made is not None:
        notice(f"made a master key in {made}: keep a copy of it apart from the database")
    try:
        plane = ControlPlane(database)
        return plane.accounts.create_account(Caller.root(uin, Channel.COMMAND_LINE), uin=uin, app_id=app_id)
    finally:
        database.close()


class _Server(uvicorn.Server):
    """A server that leaves signals to the program, and reports when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        self.is_ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


class ControlServer:
    """The API of one database, on one address."""

    def __init__(self, settings: ControlSettings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._is_stopping = False
        self._api = Api(ControlPlane(database, settings.quotas))
        registry = CollectorRegistry()
        self._door = Door(self._api, ApiMetrics(registry))
        self._config = uvicorn.Config(
            make_app(self._door, registry, self._is_ready),
            http=BoundedProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=max(1, round(settings.drain_timeout)),
            h11_max_incomplete_event_size=MOST_HEAD_BYTES,
        )

    async def run(self, announce: Callable[[str], None]) -> None:
        """Serve until a signal to stop comes, then drain; `announce` is called with the address once it is ready.

        Raises:
            ListenError: if it cannot listen on the address.
            CertificateError: if the certificates cannot be used.
        """
        stop = Signals().stop
        self._config.load()
        self._config.ssl = None if self._settings.tls is None else _tls_context(Certificates(self._settings.tls))
        sockets = _bind(self._settings.http)
        server = _Server(self._config)
        serving = asyncio.create_task(server.serve(sockets))
        noting = asyncio.create_task(self._note_key_uses())
        try:
            await _first_of(serving, server.is_ready)
            if server.is_ready.is_set():
                announce(self._address(sockets[0].getsockname()[1]))
                await _first_of(serving, stop)
            self._is_stopping = True
            server.should_exit = True
            await serving
        finally:
            noting.cancel()
            self._door.close()
            with suppress(StoreError):
                self._api.key_uses.write()
            log.info("stopped", revision=self._api.revision())

    def _address(self, port: int) -> str:
        scheme = "http" if self._settings.tls is None else "https"
        shown = self._settings.http.with_port(port)
        log.info("serving", http=shown, tls=self._settings.tls is not None, database=self._database.address.shown)
        if self._settings.tls is None and shown.rpartition(":")[0] not in _LOCAL:
            log.warning("the API is served without TLS: signatures do not cover the action", http=shown)
        return f"{scheme}://{shown}"

    def _is_ready(self) -> bool:
        if self._is_stopping:
            return False
        try:
            self._database.revision()
        except StoreError as error:
            log.warning("not ready", reason=str(error))
            return False
        return True

    async def _note_key_uses(self) -> None:
        while True:
            await asyncio.sleep(_KEY_USE_SECONDS)
            try:
                await asyncio.to_thread(self._api.key_uses.write)
            except StoreError as error:
                log.warning("the last uses of keys cannot be written yet", reason=str(error))


def serve(settings: ControlSettings, announce: Callable[[str], None]) -> None:
    """Run a control plane to its end, which is that of the process.

    Raises:
        StoreError: if the database cannot be opened, or has another schema.
        ListenError: if it cannot listen on the address.
        CertificateError: if the certificates cannot be used.
    """
    database = open_database(settings.url)
    try:
        run(ControlServer(settings, database).run(announce))
    finally:
        database.close()
    ignore_from_now_on()


async def _first_of(serving: asyncio.Task[None], event: asyncio.Event) -> None:
    """Wait until the server ends or the event is set."""
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait([serving, waiting], return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()


def _bind(address: Address) -> list[socket.socket]:
    try:
        sockets = bind(address)
    except (OSError, UnicodeError) as error:  # UnicodeError: the name cannot be a host name
        reason = error.strerror if isinstance(error, OSError) else error
        raise ListenError(f"cannot serve HTTP on `{address.target}`: {reason}") from None
    for each in sockets:  # asyncio does it only for sockets that were made with a protocol number
        each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sockets


def _tls_context(certificates: Certificates) -> ssl.SSLContext:
    """A context that takes each handshake's certificate from its files as they are then, for HTTP/1.1."""

    def current() -> ssl.SSLContext:
        context = certificates.current().context
        context.set_alpn_protocols(["http/1.1"])
        return context

    return following(current)
