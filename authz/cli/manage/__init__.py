"""The commands that manage users, groups, roles, policies and keys by hand, on the database itself."""
