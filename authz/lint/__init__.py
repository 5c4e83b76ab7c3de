"""Finds policies and attachments that CAM accepts but that most likely do not do what their author intends."""
