"""For backends that delegate every call to the sidecar: a mapping, and interceptors for gRPC."""

from authz.client.delegation.call import AuthorizedCall, IncomingCall, current_call
from authz.client.delegation.interceptor_aio import AsyncAuthorizationInterceptor
from authz.client.delegation.interceptor_blocking import AuthorizationInterceptor
from authz.client.delegation.mapping import PUBLIC, Listing, Permission, ServiceMapping
from authz.client.delegation.methods import ApiMapping
from authz.client.delegation.refusals import CallRefusedError
from authz.client.delegation.sources import Certificate, Header, PeerAddress, RequestField
from authz.client.delegation.template import plain

__all__ = [
    "PUBLIC",
    "ApiMapping",
    "AsyncAuthorizationInterceptor",
    "AuthorizationInterceptor",
    "AuthorizedCall",
    "CallRefusedError",
    "Certificate",
    "Header",
    "IncomingCall",
    "Listing",
    "PeerAddress",
    "Permission",
    "RequestField",
    "ServiceMapping",
    "current_call",
    "plain",
]
