"""ASGI middleware that authorizes every request before the application runs."""

import json
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from authz.client.aio import AsyncClient
from authz.enforcement.authorizer_aio import AsyncAuthorizer, Requirement
from authz.enforcement.call import CURRENT
from authz.enforcement.http_call import HttpCall, HttpRequest, Scope, read_json_body, read_query
from authz.enforcement.http_mapping import HttpMapping, Target
from authz.enforcement.mapping import Public
from authz.enforcement.refusals import CallRefusedError, invalid_request
from authz.enforcement.routes import path_below, path_parts
from authz.enforcement.verdict import not_mapped

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]
_POLICY_VIOLATION = 1008


class AuthorizationMiddleware:
    """`AuthorizationMiddleware(app, mapping=mapping, client=client)` authorizes requests to `app`.

    Make it the outermost middleware, before any other that changes the path, the method or the query.
    A rejected request gets a Tencent Cloud error in JSON: 400, 401, 403 (denied, or not in the mapping), 500 or 503.
    `timeout` is the limit for authorizing a request, in seconds. `max_body` is the limit for a JSON body, in bytes; a
    body is read only for routes whose permissions need it. WebSockets are rejected.
    """

    def __init__(
        self,
        app: Application,
        *,
        mapping: HttpMapping,
        client: AsyncClient,
        timeout: float = 1.0,
        max_body: int = 1 << 20,
    ) -> None:
        self._app = app
        self._mapping = mapping
        self._authorizer = AsyncAuthorizer(client, mapping.principal, timeout)
        self._max_body = max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one ASGI connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._serve(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION})

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            target = self._target(scope)
        except CallRefusedError as refusal:
            await _refuse(refusal, send)
            return
        if isinstance(target.rule, Public):
            await self._app(scope, receive, send)
        else:
            await self._serve_guarded(target, target.rule, scope, receive, send)

    async def _serve_guarded(
        self, target: Target, rule: Requirement, scope: Scope, receive: Receive, send: Send
    ) -> None:
        try:
            body = await self._read(receive) if target.reads_body else None
            call = HttpCall(target.api, _request(target, scope, body), scope)
            authorized = await self._authorizer.authorize(rule, call)
        except CallRefusedError as refusal:
            await _refuse(refusal, send)
            return
        except ConnectionResetError:
            return
        token = CURRENT.set(authorized)
        try:
            await self._app(scope, receive if body is None else _replay(body, receive), send)
        finally:
            CURRENT.reset(token)

    def _target(self, scope: Scope) -> Target:
        parts = path_parts(path_below(scope["path"], scope.get("root_path") or ""), scope.get("raw_path"))
        target = self._mapping.find(scope["method"], parts)
        if target is None:
            raise not_mapped("this route")
        return target

    async def _read(self, receive: Receive) -> bytes:
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ConnectionResetError
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self._max_body:
                raise invalid_request(f"the body exceeds {self._max_body} bytes")
            if not message.get("more_body", False):
                return b"".join(parts)


def _request(target: Target, scope: Scope, body: bytes | None) -> HttpRequest:
    found = None if body is None else read_json_body(scope, body)
    return HttpRequest(target.parameters, read_query(scope), found)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that returns the body again and then what `receive` returns."""
    left = [body]

    async def again() -> Message:
        return {"type": "http.request", "body": left.pop(), "more_body": False} if left else await receive()

    return again


async def _refuse(refusal: CallRefusedError, send: Send) -> None:
    outcome = refusal.kind.value
    error = {"Code": outcome.code, "Message": str(refusal)}
    body = json.dumps({"Response": {"Error": error, "RequestId": str(uuid.uuid4())}}).encode()
    head = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": outcome.http, "headers": head})
    await send({"type": "http.response.body", "body": body})
