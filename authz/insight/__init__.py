"""Tells why a decision was made, what would turn it, and which resources it allows."""
