"""Converts between the protobuf contract and the core: questions, answers, batches and statuses."""
