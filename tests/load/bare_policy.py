"""The baseline of the API: a bare starlette endpoint that reads the same policy by the same store, and checks nothing.

Run as a process of its own: `python -m tests.load.bare_policy URL ACCOUNT POLICY`. It prints its address when it is
ready, and ends on SIGTERM.
"""

import socket
import sys
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from authz.store.database import Database


def make_app(database: Database, account: str, policy_id: int) -> Starlette:
    """An application that answers every request with the policy, read in a thread of starlette's pool."""

    def read(_request: Request) -> JSONResponse:
        with database.read() as reader:
            policy = reader.policies.get(account, policy_id)
            assert policy is not None
            version = reader.versions.get(account, policy_id, policy.default_version)
            assert version is not None
            fields: dict[str, Any] = {"PolicyName": policy.name, "PolicyDocument": version.document}
        return JSONResponse({"Response": fields})

    return Starlette(routes=[Route("/", read, methods=["POST"])])


def main(url: str, account: str, policy_id: str) -> None:
    """Serve until SIGTERM."""
    listening = socket.create_server(("127.0.0.1", 0))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    app = make_app(Database.open(url), account, int(policy_id))
    config = uvicorn.Config(app, http="h11", ws="none", lifespan="off", log_config=None, access_log=False)
    print(f"serving on http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    uvicorn.Server(config).run([listening])


if __name__ == "__main__":
    main(*sys.argv[1:])
