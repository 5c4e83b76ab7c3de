"""Where written policies live: one schema for SQLite and PostgreSQL, with a log of every change."""
