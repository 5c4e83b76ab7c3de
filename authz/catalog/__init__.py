"""The catalog of services and actions, with the access level and resource type of each action."""
