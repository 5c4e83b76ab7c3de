"""A process of the demo: `python -m authz.app.demo.child ROLE URL ADDRESS` serves until it is stopped.

It also stops when its standard input ends, which the demo holds open: however the demo ends, its processes end too.
"""

import os
import signal
import sys
import threading
from enum import Enum

from authz.app.settings import Settings
from authz.errors import AuthzError
from authz.server.listeners import parse_address
from authz.sources.opening import parse_source
from authz.telemetry.events import get_logger
from authz.telemetry.log import LogFormat, configure_logs

DRAIN_SECONDS = 2.0
"""How long running calls have to finish when the demo ends."""

log = get_logger("authz.app.demo")


class Role(Enum):
    """What a process serves."""

    SIDECAR = "sidecar"
    CONTROL_PLANE = "control-plane"


def _serve(role: Role, url: str, address: str) -> None:
    listen = parse_address(address)
    if role is Role.SIDECAR:
        from authz.app.sidecar import serve  # noqa: PLC0415 - each role imports what it serves alone

        settings = Settings(parse_source(url), (listen,), shutdown_notice=0.0, drain_timeout=DRAIN_SECONDS)
        serve(settings, lambda _done, _total: None)
    else:
        from authz.app import control_plane  # noqa: PLC0415 - as above

        control_plane.serve(control_plane.ControlSettings(url, listen, drain_timeout=DRAIN_SECONDS), lambda _: None)


def _stop_with_standard_input() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> int:
    """Serve; the exit status is 1 if it cannot, and the log says why."""
    role, url, address = sys.argv[1:]
    configure_logs(LogFormat.JSON, "info")
    threading.Thread(target=_stop_with_standard_input, daemon=True).start()
    try:
        _serve(Role(role), url, address)
    except AuthzError as error:
        refused = str(error)
    else:
        return 0
    log.error("cannot serve", reason=refused)
    return 1


if __name__ == "__main__":
    sys.exit(main())
