"""The gRPC service: answers as bytes, streams, health, and the life of the server from start to drain."""
