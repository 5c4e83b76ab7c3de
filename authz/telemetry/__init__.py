"""Logs, metrics and health probes of the sidecar."""
