"""Decides requests against a snapshot of all accounts, as a pure function."""
