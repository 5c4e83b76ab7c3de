"""The policy administration point: who may change users, groups, roles, policies and attachments, and how."""
