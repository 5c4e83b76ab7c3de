"""Accounts in a directory of files: listing, reading and watching them, and waiting until a version is whole."""
