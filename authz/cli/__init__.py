"""The `authz` command: one file for each sub-command."""
