"""A server side of HTTP/2 (RFC 9113) and gRPC that knows nothing of what is asked."""
