"""Accounts in a directory of files: looking, reading, watching, and telling a whole version from half of one."""
