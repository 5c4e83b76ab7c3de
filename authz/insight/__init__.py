"""Explains decisions, suggests changes that reverse them, and lists allowed resources."""
