"""Everything at once, to try it: a database with the example, a sidecar and a control plane on it."""
