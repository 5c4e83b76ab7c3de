"""The policy decision point: answers encoded questions, for any server."""
