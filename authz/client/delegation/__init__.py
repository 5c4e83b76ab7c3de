"""For backends that delegate every call to the sidecar: a mapping, interceptors for gRPC, middleware for ASGI."""

from authz.client.delegation.asgi import AuthorizationMiddleware
from authz.client.delegation.call import AuthorizedCall, IncomingCall, current_call
from authz.client.delegation.http_call import HttpRequest
from authz.client.delegation.http_mapping import HttpMapping
from authz.client.delegation.interceptor_aio import AsyncAuthorizationInterceptor
from authz.client.delegation.interceptor_blocking import AuthorizationInterceptor
from authz.client.delegation.mapping import PUBLIC, Listing, Permission, ServiceMapping
from authz.client.delegation.methods import ApiMapping
from authz.client.delegation.refusals import CallRefusedError
from authz.client.delegation.routes import Route
from authz.client.delegation.sources import Certificate, Header, PeerAddress, RequestField
from authz.client.delegation.template import plain

__all__ = [
    "PUBLIC",
    "ApiMapping",
    "AsyncAuthorizationInterceptor",
    "AuthorizationInterceptor",
    "AuthorizationMiddleware",
    "AuthorizedCall",
    "CallRefusedError",
    "Certificate",
    "Header",
    "HttpMapping",
    "HttpRequest",
    "IncomingCall",
    "Listing",
    "PeerAddress",
    "Permission",
    "RequestField",
    "Route",
    "ServiceMapping",
    "current_call",
    "plain",
]
