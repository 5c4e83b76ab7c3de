"""Puts the parts together: settings in, a running sidecar or an engine in your own process out."""
