"""Who exists: root accounts with their users, groups, roles, policies and what is attached to whom."""
