"""Parses CAM policy documents strictly into immutable types."""
