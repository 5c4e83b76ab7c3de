"""Models root accounts: users, groups, roles, policies, and what is attached to each."""
