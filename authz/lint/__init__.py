"""Finds what a policy or an attachment says that CAM accepts but that most likely means something else."""
