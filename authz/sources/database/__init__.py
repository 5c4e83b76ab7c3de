"""Brings the accounts of the store into force: follows the change log, and outlives an outage by a last good copy."""
