"""Runs the `authz` command for `python -m authz`."""

from authz.cli.main import main

main()
