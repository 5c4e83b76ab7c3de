"""Users' tests of their policies: cases in YAML, run against a source, with coverage of its statements."""
