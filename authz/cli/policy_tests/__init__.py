"""Policy tests for users: cases in YAML, run against a source, with a report of the statements that none exercised."""
