"""How a decision is made: a request against a snapshot of all accounts, as a pure function."""
