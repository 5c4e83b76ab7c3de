"""Other protocols by which clients reach the decision point and the administration point."""
