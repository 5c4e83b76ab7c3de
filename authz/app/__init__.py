"""Assembles the parts: from settings to a running sidecar, or to an engine in your own process."""
