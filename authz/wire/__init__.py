"""Bytes to core and back: questions, answers, batches and statuses of the wire contract."""
