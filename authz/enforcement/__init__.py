"""Enforcement in backends: a mapping of APIs to permissions, gRPC interceptors and ASGI middleware."""

from authz.enforcement.asgi import AuthorizationMiddleware
from authz.enforcement.call import AuthorizedCall, IncomingCall, current_call
from authz.enforcement.http_call import HttpRequest
from authz.enforcement.http_mapping import HttpMapping
from authz.enforcement.interceptor_aio import AsyncAuthorizationInterceptor
from authz.enforcement.interceptor_blocking import AuthorizationInterceptor
from authz.enforcement.mapping import PUBLIC, Listing, Permission, ServiceMapping
from authz.enforcement.methods import ApiMapping
from authz.enforcement.refusals import CallRefusedError
from authz.enforcement.routes import Route
from authz.enforcement.sources import Certificate, Header, PeerAddress, RequestField
from authz.enforcement.template import plain

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
