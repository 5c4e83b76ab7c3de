"""Serves the methods by `authz.http2`, the built-in HTTP/2 server."""
