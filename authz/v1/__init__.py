"""Messages and stubs generated from protos/authz/v1; never edited by hand."""
