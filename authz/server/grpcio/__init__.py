"""Serves the methods by grpcio, with `--transport grpcio`."""
