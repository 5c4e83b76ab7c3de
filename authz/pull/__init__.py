"""Reads a real account by the CAM API with Tencent Cloud's SDK, and reports what of it cannot be decided here."""
