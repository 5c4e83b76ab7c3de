"""`python -m authz` is the `authz` command."""

from authz.cli.main import main

main()
