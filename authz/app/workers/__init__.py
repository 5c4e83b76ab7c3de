"""One sidecar in several processes: a supervisor that reads the source, and workers that answer."""
